import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelGroups, weightsOf } from '../../../../common/cascade/channel-groups.ts';
import type { NetworkDescription } from '../../../../common/network.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { distributions } from '../../../../main/trainer/pruning/distributions/registry.ts';
import { granularities } from '../../../../main/trainer/pruning/granularities/registry.ts';
import { prune, type MaskedLayer } from '../../../../main/trainer/pruning/prune.ts';
import { refusals } from '../../../../main/trainer/pruning/refusals.ts';
import { layersOf, moment, network, pruning, prunedOf, withMasks, zeros } from './layers.ts';

/**
 * Every granularity with every distribution, for the criteria random and magnitude: what is refused, and what holds of
 * all the others.
 */

/** Kernels of all kinds, a residual add, and inputs that groups of four divide (but for the image's channels). */
const net = network(
  (builder) => {
    const stem = builder.conv('stem', 8, 3).batchNorm('stem-bn').relu('stem-relu').cursor;
    return builder
      .conv('expand', 12, 1)
      .relu('expand-relu')
      .depthwise('dw', 3)
      .relu('dw-relu')
      .conv('project', 8, 1)
      .add('sum', stem)
      .conv('wide', 16, 3)
      .globalAveragePool('pool')
      .dense('fc', 10);
  },
  [8, 8, 4],
);
/** Without the depthwise layer, which N:M cannot prune. */
const plain = network(
  (builder) => builder.conv('a', 8, 3).conv('b', 8, 1).relu('relu').globalAveragePool('pool').dense('fc', 10),
  [8, 8, 4],
);

const OPTIONS: Record<string, NamedOptions> = {
  'n-m': { name: 'n-m', keep: 2, of: 4 },
  block: { name: 'block', rows: 3, columns: 5 },
};
const granularity = (name: string): NamedOptions => OPTIONS[name] ?? { name };
const distribution = (name: string, sparsity: number): NamedOptions =>
  name === 'layer-wise' ? { name, layers: {}, rest: sparsity } : { name };

/** Weights that go at once at most: half of it is how near a sum comes. */
function largestUnit(name: string, { layers }: NetworkDescription): number {
  if (name === 'weight' || name === 'n-m') return 1;
  if (name === 'block') return 15;
  if (name === 'kernel') return 9;
  if (name === 'filter')
    return Math.max(...layers.map(({ weights, outputChannels }) => weights / outputChannels));
  return Math.max(
    ...channelGroups(net).flatMap(({ channels, members }) =>
      Array.from({ length: channels }, (_, place) =>
        members.reduce((sum, { layer: of, side, of: parts }) => {
          const layer = net.layers.find((each) => each.name === of)!;
          return sum + parts[place]!.reduce((count, part) => count + weightsOf(layer, side, part).length, 0);
        }, 0),
      ),
    ),
  );
}

const REFUSED = new Set([
  ...['layer-wise', 'erk', 'lamp'].map((name) => `n-m ${name} magnitude`),
  ...['layer-wise', 'erk', 'lamp'].map((name) => `n-m ${name} random`),
  ...['weight', 'block', 'kernel', 'filter', 'channel'].map((name) => `${name} lamp random`),
  ...['layer-wise', 'erk'].flatMap((name) => [`channel ${name} magnitude`, `channel ${name} random`]),
]);

const combinations = granularities.all.flatMap((each) =>
  distributions.all.flatMap((other) =>
    ['magnitude', 'random'].map((criterion) => [each.name, other.name, criterion] as const),
  ),
);

describe.each(combinations)('%s × %s × %s', (unit, division, criterion) => {
  const network = unit === 'n-m' ? plain : net;
  const specification = (sparsity: number) =>
    pruning({
      criterion,
      granularity: granularity(unit),
      distribution: distribution(division, sparsity),
      sparsity,
    });
  const run = (layers: readonly MaskedLayer[], sparsity: number, seed = 1) =>
    prune(specification(sparsity), layers, moment(sparsity, { network, seed }));

  if (REFUSED.has(`${unit} ${division} ${criterion}`)) {
    test('is refused, when the study is read and when it is pruned', () => {
      const found = refusals(specification(0.5), network);
      expect(found).toHaveLength(1);
      expect(found[0]).toEqual({
        key: ['pruning', 'distribution'],
        message: expect.stringMatching(/^\S.{20,}[^.]$/),
      });
      expect(() => run(layersOf(network), 0.5)).toThrow(expect.objectContaining({ code: 'INVALID_STUDY' }));
    });
    return;
  }

  const all = network.layers.reduce((sum, { weights }) => sum + weights, 0);
  const sparsities =
    unit === 'n-m'
      ? fc.constant(0.5)
      : fc.double({ min: 0.01, max: 0.97, noNaN: true, noDefaultInfinity: true });

  test('is accepted; reaches what is asked within half a unit and says what it reached; no weight comes back', () => {
    const largest = largestUnit(unit, network);
    fc.assert(
      fc.property(
        sparsities,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(99),
        (sparsity, part, seed) => {
          expect(refusals(specification(sparsity), network)).toEqual([]);
          const layers = layersOf(network);
          const first = unit === 'n-m' ? null : run(layers, sparsity * part, seed);
          const before = first ? withMasks(layers, first) : layers;
          const outcome = run(before, sparsity, seed);

          // The distribution's amounts are whole weights, which costs half a weight more.
          expect(Math.abs(prunedOf(outcome) - sparsity * all)).toBeLessThanOrEqual(largest / 2 + 0.5 + 1e-6);
          if (unit === 'weight') expect(prunedOf(outcome)).toBe(Math.round(sparsity * all));
          expect(outcome.asked).toBe(sparsity);
          expect(outcome.reached).toBe(prunedOf(outcome) / all);
          for (const { name, weights, pruned } of outcome.layers) {
            const mask = outcome.masks.get(name)!;
            expect(mask).toHaveLength(weights);
            expect(zeros(mask)).toBe(pruned);
            expect(outcome.collapsed.includes(name)).toBe(pruned === weights);
          }
          for (const { name, mask } of before) {
            const after = outcome.masks.get(name)!;
            expect(mask.every((bit, index) => after[index] === 0 || (after[index] === 1 && bit === 1))).toBe(
              true,
            );
          }
          expect(layers).toEqual(layersOf(network));
        },
      ),
      { numRuns: 15 },
    );
  });

  test('is the same for the same scores, and what is zero is not pruned for being zero', () => {
    const sparsity = unit === 'n-m' ? 0.5 : 0.3;
    const layers = layersOf(network).map((layer) => ({ ...layer, weights: layer.weights.map(() => 0) }));
    const outcome = run(layers, sparsity);
    expect(Math.abs(prunedOf(outcome) - sparsity * all)).toBeLessThanOrEqual(
      largestUnit(unit, network) / 2 + 0.5 + 1e-6,
    );
    expect(run(layers, sparsity)).toEqual(outcome);
  });
});

test('every distribution divides in one way at least', () => {
  for (const { name, amounts, keys } of distributions.all) expect(Boolean(amounts ?? keys), name).toBe(true);
});
