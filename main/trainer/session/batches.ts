import { generator, permutation } from '../random.ts';

/** The examples of each step of an epoch: all of them once, in an order that depends on seed and epoch alone. The last batch may be smaller, as PyTorch's with drop_last=False. */
export function epochBatches(examples: number, batch: number, seed: number, epoch: number): Int32Array[] {
  const order = permutation(examples, generator(seed, 'batch order', epoch));
  return Array.from({ length: Math.ceil(examples / batch) }, (_, step) =>
    order.slice(step * batch, Math.min((step + 1) * batch, examples)),
  );
}
