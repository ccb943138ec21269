import { describe, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../../common/run-specification.ts';
import { prune, type PruningOutcome } from '../../../../../main/trainer/pruning/prune.ts';
import { refusals } from '../../../../../main/trainer/pruning/refusals.ts';
import { layer, moment, network, pruning, withMasks, type Parts } from '../layers.ts';

const layers = () => [
  layer('a', 'dense', [10, 10]),
  layer('b', 'dense', [20, 10]),
  layer('c', 'dense', [10, 1]),
];
const division = (shares: Record<string, number>, rest?: number): NamedOptions => ({
  name: 'layer-wise',
  layers: shares,
  ...(rest === undefined ? {} : { rest }),
});
const counts = ({ layers }: PruningOutcome): number[] => layers.map(({ pruned }) => pruned);

test('every layer loses its share, the others the rest or nothing', () => {
  const outcome = (parts: Parts) => counts(prune(pruning(parts), layers(), moment(parts.sparsity!)));
  expect(outcome({ distribution: division({ a: 0.3, b: 0.75 }), sparsity: 180 / 310 })).toEqual([30, 150, 0]);
  expect(outcome({ distribution: division({ a: 0.3 }, 0.5), sparsity: 135 / 310 })).toEqual([30, 100, 5]);
  expect(outcome({ distribution: division({ a: 1, b: 0 }, 0), sparsity: 100 / 310 })).toEqual([100, 0, 0]);
});

test('the sum is round(sparsity · weights), where the shares come to the sparsity but for its decimals', () => {
  // The shares come to 0.58064…: three decimals are 180.11 weights, and 0.5802 is 179.86.
  for (const sparsity of [0.581, 0.5802]) {
    const outcome = prune(
      pruning({ distribution: division({ a: 0.3, b: 0.75 }), sparsity }),
      layers(),
      moment(sparsity),
    );
    expect(counts(outcome)).toEqual([30, 150, 0]);
    expect(outcome.reached).toBe(180 / 310);
  }
});

test('on the way, every layer is pruned in proportion', () => {
  const specification = pruning({ distribution: division({ a: 0.3, b: 0.75 }), sparsity: 180 / 310 });
  const half = prune(specification, layers(), moment(90 / 310));
  expect(counts(half)).toEqual([15, 75, 0]);
  expect(counts(prune(specification, withMasks(layers(), half), moment(180 / 310)))).toEqual([30, 150, 0]);
});

test('within a layer, the lowest scores go', () => {
  const outcome = prune(
    pruning({ distribution: division({ a: 0.3 }), sparsity: 30 / 310 }),
    layers(),
    moment(30 / 310),
  );
  const { weights } = layers()[0]!;
  const mask = outcome.masks.get('a')!;
  const magnitudes = (bit: number): number[] =>
    [...weights].filter((_, index) => mask[index] === bit).map(Math.abs);
  expect(Math.max(...magnitudes(0))).toBeLessThan(Math.min(...magnitudes(1)));
});

describe('refused', () => {
  const net = network((builder) =>
    builder.conv('conv', 8, 3).relu('relu').globalAveragePool('pool').dense('fc', 10),
  );
  // 216 and 80 weights.
  test('when the shares do not come to the sparsity, with the right value', () => {
    const at = (sparsity: number) =>
      refusals(pruning({ distribution: division({ conv: 0.5 }), sparsity }), net);
    expect(at(0.3649)).toEqual([]);
    expect(at(0.365)).toEqual([]);
    expect(at(0.5)).toEqual([
      { key: ['pruning', 'sparsity'], message: expect.stringMatching(/0\.3649.*not to 0\.5/) },
    ]);
    expect(at(0.37)).toHaveLength(1);
  });

  test('when only layers that lose everything could make up for a sparsity that is rounded up', () => {
    // 86,400 of 112,080 weights: 0.770878…
    const wide = network((builder) =>
      builder.conv('conv', 3200, 3).globalAveragePool('pool').dense('hidden', 8).dense('fc', 10),
    );
    const all = division({ conv: 1 });
    const total = 86_400 / 112_080;
    const at = (sparsity: number) => refusals(pruning({ distribution: all, sparsity }), wide);
    expect(wide.layers.map(({ weights }) => weights)).toEqual([86_400, 25_600, 80]);
    expect(at(total)).toEqual([]);
    expect(at(0.7708)).toEqual([]);
    expect(at(0.7709)).toEqual([
      { key: ['pruning', 'sparsity'], message: expect.stringContaining(`write ${total}`) },
    ]);
  });

  test('when the layers that are not named are forgotten', () => {
    const specification = pruning({ distribution: division({ conv: 0.5 }, 0.5), sparsity: 0.5 });
    expect(refusals(specification, net)).toEqual([]);
  });

  test('when a name is none of the layers to prune', () => {
    const specification = pruning({ distribution: division({ conv: 0.5, dense: 0.1 }) });
    expect(refusals(specification, net)).toEqual([
      { key: ['pruning', 'distribution', 'layers', 'dense'], message: expect.stringContaining('conv, fc') },
    ]);
    const left = pruning({ distribution: division({ conv: 0.5 }), layers: { names: ['fc'] } });
    expect(refusals(left, net)).toEqual([
      {
        key: ['pruning', 'distribution', 'layers', 'conv'],
        message: expect.stringContaining('these are fc'),
      },
    ]);
  });

  test('when it prunes more than the layers that it touches have left', () => {
    const specification = pruning({ distribution: division({ a: 0.3, b: 0.75 }), sparsity: 180 / 310 });
    const masks = new Map([['c', new Uint8Array(10)]]);
    expect(() => prune(specification, withMasks(layers(), { masks }), moment(0.99))).not.toThrow();
    expect(() => prune(specification, layers(), moment(0.99))).toThrow(
      expect.objectContaining({ code: 'INVALID_STUDY', message: expect.stringContaining('leaves only 300') }),
    );
  });
});
