import { permutation, type Random } from '../random.ts';
import type { ScoringExamples } from './derivatives.ts';

/**
 * Draws the examples in a random order and cuts them into batches.
 *
 * @param labels class of every training example
 * @returns indices of examples, a batch each
 */
export function drawExamples(
  labels: ArrayLike<number>,
  { count, batchSize }: ScoringExamples,
  random: Random,
): Int32Array<ArrayBuffer>[] {
  const order = permutation(labels.length, random);
  const drawn = 'total' in count ? order.slice(0, count.total) : ofEachClass(order, labels, count.perClass);
  const batches: Int32Array<ArrayBuffer>[] = [];
  for (let start = 0; start < drawn.length; start += batchSize)
    batches.push(drawn.slice(start, start + batchSize));
  return batches;
}

/** The first so many of each class; in the order of the draw, so that every batch sees all classes. */
function ofEachClass(
  order: Int32Array<ArrayBuffer>,
  labels: ArrayLike<number>,
  perClass: number,
): Int32Array<ArrayBuffer> {
  const taken = new Map<number, number>();
  return order.filter((index) => {
    const label = labels[index]!;
    const before = taken.get(label) ?? 0;
    taken.set(label, before + 1);
    return before < perClass;
  });
}
