import { generator, permutation } from '../random.ts';

/** Zeros of a mask. */
export function countPruned(mask: Uint8Array): number {
  let zeros = 0;
  for (let index = 0; index < mask.length; index++) zeros += 1 - mask[index]!;
  return zeros;
}

/**
 * Masks with as many weights of each layer pruned, at random places of it: whether it matters which weights a criterion
 * chose, or only how many of each layer (Frankle et al., arXiv 2009.08576; Su et al., arXiv 2009.11094). What was pruned
 * before stays pruned, and what is pruned anew falls on any of the weights kept until then, each as likely.
 *
 * @param masks by layer, 1 where kept; the random places depend on a layer's position among them
 * @param counters what the random stream is counted by, beside the layer: as those of a criterion
 * @param before the masks until now, each contained in the new one; all ones for layers that it lacks
 */
export function shuffleMasks(
  masks: ReadonlyMap<string, Uint8Array>,
  seed: number,
  counters: readonly number[],
  before: ReadonlyMap<string, Uint8Array> = new Map(),
): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map(
    [...masks].map(([name, mask], position) => {
      const random = generator(seed, 'shuffled mask', ...counters, position);
      return [
        name,
        shuffled(mask, before.get(name) ?? new Uint8Array(mask.length).fill(1), (count) =>
          permutation(count, random),
        ),
      ];
    }),
  );
}

function shuffled(
  mask: Uint8Array,
  before: Uint8Array,
  orderOf: (count: number) => Int32Array,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(before);
  const kept = new Int32Array(before.length - countPruned(before));
  let position = 0;
  for (let index = 0; index < before.length; index++) if (before[index]) kept[position++] = index;
  const fresh = countPruned(mask) - countPruned(before);
  if (fresh < 0) throw new Error('A mask that is shuffled keeps more than the one before it.');
  for (const place of orderOf(kept.length).subarray(0, fresh)) result[kept[place]!] = 0;
  return result;
}
