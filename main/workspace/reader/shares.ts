/** `count` as a share of `of`; 0 where `of` is 0. */
export function share(count: number, of: number): number {
  return of === 0 ? 0 : count / of;
}

/** A value for each threshold of a ladder, by its label. */
export function byLabel(
  labels: readonly string[],
  value: (threshold: number) => number,
): Record<string, number> {
  return Object.fromEntries(labels.map((label, threshold) => [label, value(threshold)]));
}
