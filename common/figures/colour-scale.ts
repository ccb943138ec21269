/** Viridis (van der Walt & Smith 2015, matplotlib), at sixteenths: even steps for the eye, rising in grey as well. */
const VIRIDIS = [
  '440154',
  '481769',
  '472c7a',
  '423f85',
  '3b518b',
  '33628d',
  '2c718e',
  '26818e',
  '21908d',
  '1f9f88',
  '27ad81',
  '3dbc74',
  '5cc863',
  '81d34d',
  'aadc32',
  'd5e21a',
  'fde725',
] as const;

/** The colour of a share from 0 to 1 of the scale, as six hexadecimal digits; what lies beyond has that of the end. */
export function viridis(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const from = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const part = place - from;
  const channel = (at: number): string => {
    const value = (index: number): number => Number.parseInt((VIRIDIS[index] ?? '').slice(at, at + 2), 16);
    return Math.round(value(from) * (1 - part) + value(from + 1) * part)
      .toString(16)
      .padStart(2, '0');
  };
  return [0, 2, 4].map(channel).join('');
}
