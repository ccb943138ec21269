import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeOf, type KernelKind } from '../../../../../common/network.ts';
import type { DistributedLayer } from '../../../../../main/trainer/pruning/distributions/distribution.ts';
import { relativeDensity } from '../../../../../main/trainer/pruning/distributions/erk.ts';
import { distributions } from '../../../../../main/trainer/pruning/distributions/registry.ts';
import { prune } from '../../../../../main/trainer/pruning/prune.ts';
import { layer, moment, pruning } from '../layers.ts';

const shaped = (kind: KernelKind, shape: number[], pruned = 0): DistributedLayer => ({
  name: `${kind} ${shape.join('×')}`,
  kind,
  shape,
  size: sizeOf(shape),
  pruned,
});
const kept = (layers: DistributedLayer[], total: number): number[] =>
  distributions.open({ name: 'erk' }).amounts!(layers, total).map(
    (pruned, index) => layers[index]!.size - pruned,
  );

describe('the formula (n_in + n_out + w + h) / (n_in · n_out · w · h)', () => {
  test('of every kind of layer', () => {
    expect(relativeDensity(shaped('dense', [300, 100]))).toBe(400 / 30_000);
    expect(relativeDensity(shaped('conv', [3, 5, 16, 32]))).toBe((16 + 32 + 3 + 5) / (16 * 32 * 15));
    expect(relativeDensity(shaped('pointwise', [1, 1, 16, 32]))).toBe((16 + 32 + 2) / (16 * 32));
    // As PyTorch's kernel [64, 1, 3, 3] of a depthwise layer, also with two outputs of each of 32 inputs.
    expect(relativeDensity(shaped('depthwise', [3, 3, 64, 1]))).toBe((1 + 64 + 6) / (64 * 9));
    expect(relativeDensity(shaped('depthwise', [3, 3, 32, 2]))).toBe((1 + 64 + 6) / (64 * 9));
  });

  const small = [shaped('conv', [3, 3, 1, 4]), shaped('conv', [3, 3, 4, 8]), shaped('dense', [16, 10])];

  test('worked out by hand where no layer is full', () => {
    // Of 36 + 288 + 160 weights, 97 stay. The sums of the axes are 11, 18 and 26: a factor of 97 / 55 gives 19.4, 31.745…
    // and 45.854…; the two weights left over go to the largest remainders.
    expect(kept(small, 484 - 97)).toEqual([19, 32, 46]);
  });

  test('worked out by hand where two layers are full', () => {
    // 363 stay. 363 / 55 = 6.6 would keep 72.6 of 36: it stays dense; then 327 / 44 would keep 193 of 160: it stays
    // dense as well; what is left is the second's.
    expect(kept(small, 484 - 363)).toEqual([36, 167, 160]);
  });
});

/** As the paper says it: layers that would be denser than 1 are made dense, one round after another. */
function published(layers: DistributedLayer[], left: number): number[] {
  const dense = new Set<number>();
  for (;;) {
    let rest = left;
    let divisor = 0;
    layers.forEach((each, index) => {
      if (dense.has(index)) rest -= each.size;
      else divisor += relativeDensity(each) * each.size;
    });
    const factor = rest / divisor;
    const over = layers.flatMap((each, index) =>
      !dense.has(index) && factor * relativeDensity(each) > 1 ? [index] : [],
    );
    if (over.length === 0)
      return layers.map((each, index) =>
        dense.has(index) ? each.size : factor * relativeDensity(each) * each.size,
      );
    for (const index of over) dense.add(index);
  }
}

const axis = fc.integer({ min: 1, max: 40 });
const layers = fc.array(
  fc.oneof(
    fc.tuple(axis, axis).map((shape) => shaped('dense', shape)),
    fc.tuple(fc.constantFrom(1, 3, 5), axis, axis).map(([side, a, b]) => shaped('conv', [side, side, a, b])),
    axis.map((channels) => shaped('depthwise', [3, 3, channels, 1])),
  ),
  { minLength: 1, maxLength: 8 },
);

test('any network, any sparsity: within a weight of the published solution, and the total exact', () => {
  fc.assert(
    fc.property(layers, fc.double({ min: 0.01, max: 0.999, noNaN: true }), (net, sparsity) => {
      const all = net.reduce((sum, { size }) => sum + size, 0);
      const total = Math.round(sparsity * all);
      const counts = kept(net, total);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all - total);
      const expected = published(net, all - total);
      counts.forEach((count, index) => {
        expect(Number.isInteger(count) && count >= 0 && count <= net[index]!.size).toBe(true);
        expect(Math.abs(count - expected[index]!)).toBeLessThan(1 + 1e-6);
      });
    }),
  );
});

test('a layer that has lost more already keeps its count, and the others share what is left', () => {
  const layers = [shaped('dense', [10, 10], 90), shaped('dense', [10, 10])];
  expect(kept(layers, 120)).toEqual([10, 70]);
});

test('small layers stay dense where large ones are thin, and what is asked is reached', () => {
  const net = [
    layer('first', 'conv', [3, 3, 3, 16]),
    layer('wide', 'conv', [3, 3, 64, 64]),
    layer('last', 'dense', [64, 10]),
  ];
  const outcome = prune(pruning({ distribution: 'erk' }), net, moment(0.9));
  expect(outcome.reached).toBeCloseTo(0.9, 4);
  const [first, wide, last] = outcome.layers.map(({ weights, pruned }) => 1 - pruned / weights);
  expect(first).toBe(1);
  expect(last).toBe(1);
  expect(wide).toBeLessThan(0.1);
});
