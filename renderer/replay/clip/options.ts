/** Sizes of pictures and clips in pixels. `scale`: how many of them make one of a screen. Videos need even numbers. */
export const SIZES = {
  small: { title: '640 × 360', width: 640, height: 360, scale: 0.75 },
  medium: { title: '960 × 540', width: 960, height: 540, scale: 1 },
  hd: { title: '1280 × 720', width: 1280, height: 720, scale: 1.25 },
  full: { title: '1920 × 1080', width: 1920, height: 1080, scale: 1.75 },
  large: { title: '3840 × 2160', width: 3840, height: 2160, scale: 3.5 },
} as const;
export type SizeName = keyof typeof SIZES;

export function sizeOf(name: SizeName): { width: number; height: number; scale: number } {
  const { width, height, scale } = SIZES[name];
  return { width, height, scale };
}

/** The epochs of a clip: those that there are within [from, to]. */
export function clipEpochs(epochs: readonly number[], from: number, to: number): number[] {
  return epochs.filter((epoch) => epoch >= from && epoch <= to);
}

/** So many of some epochs at equal distances, the first and the last among them; all where there are no more. */
export function evenly(epochs: readonly number[], count: number): number[] {
  if (epochs.length <= count) return [...epochs];
  if (count === 1) return epochs.slice(-1);
  return Array.from(
    { length: count },
    (_, at) => epochs[Math.round((at * (epochs.length - 1)) / (count - 1))]!,
  );
}

/** A name that every file system takes, and figures too. */
export function fileName(title: string, kind: string, extension: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const name = `${plain || 'run'}-${kind}`;
  return extension === '' ? name : `${name}.${extension}`;
}
