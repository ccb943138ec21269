/** How much two sets of weights have in common: see docs/formats.md. */
export interface SharedCount {
  /** Weights in one, in the other, and in both. */
  one: number;
  other: number;
  both: number;
  /** Weights that two sets would share if each were drawn at random within every layer, as large there as it is. */
  expected: number;
}

/** Shared of all that are in either (Jaccard index): 0 … 1; 1 of two empty sets. */
export function jaccard({ one, other, both }: Pick<SharedCount, 'one' | 'other' | 'both'>): number {
  const either = one + other - both;
  return either === 0 ? 1 : both / either;
}

/** The Jaccard index minus that of random sets which are as large in every layer: above 0, they agree more than by chance. */
export function jaccardBeyondChance(count: SharedCount): number {
  return jaccard(count) - jaccard({ ...count, both: count.expected });
}
