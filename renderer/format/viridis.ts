/**
 * Viridis, by which sequences are coloured: even steps to the eye, also in grey and for colour-blind readers. Source: van der Walt &
 * Smith (2015), matplotlib; every tenth part of it, between which colours are mixed.
 */
const STOPS = [
  '440154',
  '482475',
  '414487',
  '355f8d',
  '2a788e',
  '21918c',
  '22a884',
  '44bf70',
  '7ad151',
  'bddf26',
  'fde725',
] as const;

/** @param share from 0 (dark) to 1 (light); what is beyond has the colour of the end */
export function viridis(share: number): string {
  const place = Math.max(0, Math.min(1, share)) * (STOPS.length - 1);
  const first = Math.min(STOPS.length - 2, Math.floor(place));
  const [one, other] = [STOPS[first]!, STOPS[first + 1]!];
  const channels = [0, 2, 4].map((at) => {
    const [low, high] = [one, other].map((stop) => Number.parseInt(stop.slice(at, at + 2), 16));
    return Math.round(low! + (high! - low!) * (place - first));
  });
  return `rgb(${channels.join(' ')})`;
}

/** The scale as a background, from left to right. */
export const VIRIDIS_GRADIENT = `linear-gradient(to right, ${STOPS.map((stop) => `#${stop}`).join(', ')})`;
