import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { prune, type MaskedLayer, type PruningOutcome } from '../../../../main/trainer/pruning/prune.ts';
import { layersOf, moment, network, pruning, zeros } from './layers.ts';

/** Equal scores: which of them go is drawn from the seed and the time of pruning, over all layers alike. */

const net = network(
  (builder) =>
    builder
      .conv('a', 16, 3)
      .relu('a-relu')
      .depthwise('dw', 3)
      .relu('dw-relu')
      .conv('b', 64, 3)
      .relu('b-relu')
      .conv('c', 64, 1)
      .relu('c-relu')
      .globalAveragePool('pool')
      .dense('fc', 10),
  [8, 8, 4],
);
const withoutDepthwise = { except: ['dw'] };

/** Every magnitude is 0.1. */
const level = (): MaskedLayer[] =>
  layersOf(net).map((layer) => ({
    ...layer,
    weights: layer.weights.map((weight) => (weight < 0 ? -0.1 : 0.1)),
  }));

interface Case {
  granularity: NamedOptions;
  distribution?: NamedOptions;
  sparsity?: number;
}

function outcomeOf({ granularity, distribution, sparsity = 0.5 }: Case, seed = 1, counters = [1]) {
  const specification = pruning({
    granularity,
    sparsity,
    ...(distribution && { distribution }),
    ...(granularity.name === 'n-m' && { layers: withoutDepthwise }),
  });
  return prune(specification, level(), moment(sparsity, { seed, counters, network: net }));
}

const digest = ({ masks }: PruningOutcome): string => {
  const hash = createHash('sha256');
  for (const [name, mask] of masks) hash.update(name).update(mask);
  return hash.digest('hex');
};

const unit = (name: string): Case => ({ granularity: { name } });
const divided = (name: string): Case => ({ granularity: { name: 'weight' }, distribution: { name } });
const cases: [string, Case][] = [
  ['single weights', unit('weight')],
  ['single weights, uniform', divided('uniform')],
  [
    'single weights, layer-wise',
    { granularity: { name: 'weight' }, distribution: { name: 'layer-wise', layers: {}, rest: 0.5 } },
  ],
  ['N:M', { granularity: { name: 'n-m', keep: 2, of: 4 } }],
  ['blocks', { granularity: { name: 'block', rows: 2, columns: 2 } }],
  ['blocks, uniform', { granularity: { name: 'block' }, distribution: { name: 'uniform' } }],
  ['kernels', unit('kernel')],
  ['filters', unit('filter')],
  ['channels', unit('channel')],
  ['channels, uniform', { granularity: { name: 'channel' }, distribution: { name: 'uniform' } }],
];

describe.each(cases)('%s', (_name, given) => {
  const outcome = outcomeOf(given);

  test('no layer is emptied before the others, and no half of one', () => {
    for (const { name, weights, pruned } of outcome.layers) {
      if (weights <= 1000) continue;
      expect(pruned / weights, name).toBeGreaterThan(0.35);
      expect(pruned / weights, name).toBeLessThan(0.65);
      const mask = outcome.masks.get(name)!;
      const half = mask.length / 2;
      expect(zeros(mask.subarray(0, half)) / half, `first half of ${name}`).toBeLessThan(0.7);
      expect(zeros(mask.subarray(half)) / half, `second half of ${name}`).toBeLessThan(0.7);
    }
  });

  test('the choice follows from seed and time of pruning alone', () => {
    expect(digest(outcomeOf(given))).toBe(digest(outcome));
    expect(digest(outcomeOf(given, 2))).not.toBe(digest(outcome));
    expect(digest(outcomeOf(given, 1, [2]))).not.toBe(digest(outcome));
    expect(digest(outcomeOf(given, 1, [1, 3]))).not.toBe(digest(outcome));
  });
});

test.each(['erk', 'lamp'])('%s: what a layer loses is spread over it', (name) => {
  const { masks, layers } = outcomeOf(divided(name));
  for (const layer of layers) {
    if (layer.weights <= 1000 || layer.pruned === 0) continue;
    const mask = masks.get(layer.name)!;
    const first = zeros(mask.subarray(0, mask.length / 2));
    expect(first / layer.pruned, layer.name).toBeGreaterThan(0.4);
    expect(first / layer.pruned, layer.name).toBeLessThan(0.6);
  }
});

test('zeros at the threshold: exactly as many go as asked, and all below them', () => {
  const layers = layersOf(net).map((layer) => ({
    ...layer,
    weights: layer.weights.map((weight) => (Math.abs(weight) < 0.7 ? 0 : weight)),
  }));
  const all = layers.reduce((sum, { mask }) => sum + mask.length, 0);
  const { masks } = prune(pruning({}), layers, moment(0.3));
  expect([...masks.values()].reduce((sum, mask) => sum + zeros(mask), 0)).toBe(Math.round(0.3 * all));
  for (const { name, weights } of layers)
    expect(masks.get(name)!.every((kept, index) => kept === 1 || weights[index] === 0)).toBe(true);
});

test('of groups of four equal inputs, each is kept as often', () => {
  const { masks } = outcomeOf({ granularity: { name: 'n-m', keep: 2, of: 4 } });
  const kept = [0, 0, 0, 0];
  // [3, 3, 16, 64]: the inputs of an output are 64 apart.
  masks.get('b')!.forEach((bit, index) => (kept[Math.floor(index / 64) % 4]! += bit));
  for (const count of kept) expect(Math.abs(count / 2304 - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / 2304));
});

test('the same weights go on every machine', () => {
  expect(digest(outcomeOf(unit('weight')))).toBe(
    'e3b446e6d6752fb4eb1da707e7f74e37038b839d67ae50b2ed3c1abd38434c87',
  );
});
