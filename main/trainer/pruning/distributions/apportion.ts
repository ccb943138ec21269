import { CascadeError } from '../../../../common/errors.ts';

/** What one layer takes of a total: `wish` times a common factor, but at least `least` and at most `most`. */
export interface Wish {
  wish: number;
  least: number;
  most: number;
}

/**
 * Divides a total in proportion to wishes within their limits: the factor is solved for exactly, so that a layer at its
 * limit leaves the others to share the rest.
 *
 * @param wishes at least 0, as the limits; a layer that wishes nothing gets its least
 * @returns real numbers that sum to `total`
 * @throws CascadeError INVALID_STUDY when the limits do not allow it
 */
export function proportional(wishes: readonly Wish[], total: number): number[] {
  const at = (factor: number): number[] =>
    wishes.map(({ wish, least, most }) =>
      wish > 0 ? Math.min(Math.max(factor * wish, least), most) : least,
    );
  // The sum only bends where a layer leaves or reaches a limit; between these factors it is a straight line.
  const bends = wishes
    .filter(({ wish }) => wish > 0)
    .flatMap(({ wish, least, most }) => [least / wish, most / wish])
    .sort((a, b) => a - b);
  let low = 0;
  for (const high of bends) {
    if (sum(at(high)) < total) {
      low = high;
      continue;
    }
    const [below, above] = [sum(at(low)), sum(at(high))];
    if (below > total) break;
    return at(above === below ? low : low + ((high - low) * (total - below)) / (above - below));
  }
  const limits = at(low);
  if (Math.abs(sum(limits) - total) < 0.5) return limits;
  throw new CascadeError(
    'INVALID_STUDY',
    `The distribution cannot prune ${total}: it leaves only ${sum(wishes.map(({ most }) => most))} to prune, ` +
      `${sum(wishes.map(({ least }) => least))} of them pruned already.`,
  );
}

/**
 * Whole numbers for real shares, by largest remainder, the earlier of equal ones first.
 *
 * @param limits whole numbers that no share is beyond
 * @param total the whole number that the shares sum to, but for rounding errors
 */
export function wholeNumbers(
  shares: readonly number[],
  limits: readonly Pick<Wish, 'least' | 'most'>[],
  total: number,
): number[] {
  const counts = shares.map((share, index) =>
    Math.min(Math.max(Math.floor(share), limits[index]!.least), limits[index]!.most),
  );
  const order = shares
    .map((share, index) => ({ index, remainder: share - counts[index]! }))
    .filter(({ index }) => counts[index]! < limits[index]!.most)
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const rest = total - sum(counts);
  for (const { index } of order.slice(0, rest)) counts[index]! += 1;
  return counts;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
