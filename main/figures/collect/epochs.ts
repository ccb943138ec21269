/** Epochs from 0 to the last one, evenly: all of them where they are no more than `most`. */
export function spacedEpochs(last: number, most: number): number[] {
  if (last < most) return Array.from({ length: last + 1 }, (_, epoch) => epoch);
  return [...new Set(Array.from({ length: most }, (_, index) => Math.round((index * last) / (most - 1))))];
}
