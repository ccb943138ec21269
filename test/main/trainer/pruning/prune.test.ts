import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { KernelKind } from '../../../../common/network.ts';
import type { LayerSelection, PruningSpecification } from '../../../../common/run-specification.ts';
import { criteria } from '../../../../main/trainer/pruning/criteria/registry.ts';
import {
  prune,
  roundSparsity,
  type MaskedLayer,
  type PruningMoment,
} from '../../../../main/trainer/pruning/prune.ts';
import * as helpers from './layers.ts';
import { prunedOf, withMasks, zeros } from './layers.ts';

function layer(name: string, kind: KernelKind, size: number, scale = 1): MaskedLayer {
  const made = helpers.layer(name, kind, [size]);
  return { ...made, weights: made.weights.map((x) => x * scale) };
}

/** Three layers of odd sizes and unlike scales. */
const network = (): MaskedLayer[] => [
  layer('conv', 'conv', 997, 1),
  layer('dw', 'depthwise', 89, 0.1),
  layer('fc', 'dense', 3001, 0.01),
];

function pruning(
  criterion: string,
  distribution: string,
  layers: Partial<LayerSelection> = {},
): PruningSpecification {
  return helpers.pruning({ criterion, distribution, layers });
}

const moment = (sparsity: number, seed: number, epoch: number): PruningMoment =>
  helpers.moment(sparsity, { seed, counters: [epoch] });

describe.each(['random', 'magnitude'])('%s', (criterion) => {
  describe.each(['global', 'uniform'])('%s', (distribution) => {
    test('what is reached is what was asked, to the weight', () => {
      const all = 997 + 89 + 3001;
      for (const sparsity of [0, 1e-4, 0.1, 0.3333, 0.45, 0.5, 0.9, 0.977, 0.9999, 1]) {
        const outcome = prune(pruning(criterion, distribution), network(), moment(sparsity, 1, 1));
        expect(prunedOf(outcome)).toBe(Math.round(sparsity * all));
        expect(outcome.asked).toBe(sparsity);
        expect(outcome.reached).toBe(Math.round(sparsity * all) / all);
        for (const { name, weights, pruned } of outcome.layers) {
          expect(zeros(outcome.masks.get(name)!)).toBe(pruned);
          expect(outcome.masks.get(name)!).toHaveLength(weights);
        }
      }
    });

    test('sparsity is the share that goes, not the share that stays', () => {
      const outcome = prune(pruning(criterion, distribution), network(), moment(0.9, 1, 1));
      expect(prunedOf(outcome)).toBeGreaterThan(0.89 * (997 + 89 + 3001));
    });

    test('what is pruned stays pruned', () => {
      const layers = network();
      const first = prune(pruning(criterion, distribution), layers, moment(0.4, 1, 1));
      // Large weights come back to pruned places only if the mask is forgotten.
      const later = withMasks(layers, first).map((each) => ({
        ...each,
        weights: each.weights.map((weight, index) => (each.mask[index] ? weight : 1e3)),
      }));
      const second = prune(pruning(criterion, distribution), later, moment(0.7, 1, 5));
      expect(prunedOf(second)).toBe(Math.round(0.7 * (997 + 89 + 3001)));
      for (const [name, mask] of first.masks)
        expect(mask.every((kept, index) => kept === 1 || second.masks.get(name)![index] === 0)).toBe(true);
      for (const { name, pruned } of second.layers) expect(zeros(second.masks.get(name)!)).toBe(pruned);
    });

    test('a sparsity below what is pruned already is refused', () => {
      const layers = network();
      const after = withMasks(layers, prune(pruning(criterion, distribution), layers, moment(0.5, 1, 1)));
      expect(() => prune(pruning(criterion, distribution), after, moment(0.4, 1, 2))).toThrow(
        /pruned already/,
      );
    });

    test('leaves the old masks and the weights as they were', () => {
      const layers = network();
      prune(pruning(criterion, distribution), layers, moment(0.5, 1, 1));
      expect(layers).toEqual(network());
    });
  });
});

describe('magnitude', () => {
  test('takes the smallest of all layers together, without dividing by their norms', () => {
    // fc is a hundred times smaller than conv: over all weights it goes first. Normalised, a third of each would go.
    const outcome = prune(pruning('magnitude', 'global'), network(), moment(0.5, 1, 1));
    const [conv, dw, fc] = outcome.layers.map(({ weights, pruned }) => pruned / weights);
    expect(conv).toBeLessThan(0.02);
    expect(dw).toBeLessThan(0.2);
    expect(fc).toBeGreaterThan(0.66);

    const kept: number[] = [];
    const gone: number[] = [];
    for (const { name, weights } of network())
      outcome.masks.get(name)!.forEach((bit, index) => (bit ? kept : gone).push(Math.abs(weights[index]!)));
    expect(Math.max(...gone)).toBeLessThanOrEqual(Math.min(...kept));
  });

  test('uniform takes the same share of every layer, the smallest of each', () => {
    const outcome = prune(pruning('magnitude', 'uniform'), network(), moment(0.3, 1, 1));
    // 0.3 × (997, 89, 3001) = 299.1, 26.7, 900.3 of 1226 in all: the one left over goes to the largest remainder.
    expect(outcome.layers.map(({ pruned }) => pruned)).toEqual([299, 27, 900]);
    for (const { name, weights } of network()) {
      const mask = outcome.masks.get(name)!;
      const magnitudes = (bit: number): number[] =>
        [...weights].filter((_, index) => mask[index] === bit).map(Math.abs);
      expect(Math.max(...magnitudes(0))).toBeLessThanOrEqual(Math.min(...magnitudes(1)));
    }
  });

  test('a kept weight of exactly zero is not pruned by being zero', () => {
    const layers = [{ ...layer('a', 'dense', 10), weights: new Float32Array(10) }, layer('b', 'dense', 10)];
    const outcome = prune(pruning('magnitude', 'global'), layers, moment(0.25, 1, 1));
    expect(zeros(outcome.masks.get('a')!)).toBe(5);
    expect(zeros(outcome.masks.get('b')!)).toBe(0);
  });

  test('weights that are no numbers are refused', () => {
    const layers = network();
    layers[1]!.weights[7] = NaN;
    expect(() => prune(pruning('magnitude', 'global'), layers, moment(0.5, 1, 1))).toThrow(
      expect.objectContaining({ code: 'BAD_SCORES' }),
    );
  });
});

describe('random', () => {
  const maskOf = (seed: number, epoch: number, layers = network(), only?: string): string => {
    const chosen = only ? { names: [only] } : {};
    const outcome = prune(pruning('random', 'uniform', chosen), layers, moment(0.5, seed, epoch));
    return [...outcome.masks].map(([name, mask]) => `${name} ${mask.join('')}`).join('\n');
  };

  test('depends on seed and epoch', () => {
    expect(maskOf(1, 1)).toBe(maskOf(1, 1));
    expect(maskOf(1, 1)).not.toBe(maskOf(2, 1));
    expect(maskOf(1, 1)).not.toBe(maskOf(1, 2));
  });

  test('does not depend on the weights, nor on which other layers are chosen', () => {
    const others = network().map((each) => ({ ...each, weights: each.weights.map((w) => 2 - w) }));
    expect(maskOf(1, 1, others)).toBe(maskOf(1, 1));
    const even = [layer('a', 'dense', 40), layer('b', 'dense', 60)];
    expect(maskOf(1, 1, even).split('\n')[1]).toBe(maskOf(1, 1, even, 'b'));
  });

  test('draws differently in layers of one size', () => {
    const twins = [layer('a', 'dense', 500), layer('b', 'dense', 500)];
    const [a, b] = maskOf(1, 1, twins).split('\n');
    expect(a!.slice(2)).not.toBe(b!.slice(2));
  });

  test('spreads evenly over a layer', () => {
    const outcome = prune(pruning('random', 'global'), [layer('a', 'dense', 100_000)], moment(0.3, 1, 1));
    const mask = outcome.masks.get('a')!;
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = zeros(mask.subarray(tenth * 10_000, (tenth + 1) * 10_000)) / 10_000;
      // Five standard deviations of a hypergeometric draw.
      expect(Math.abs(share - 0.3)).toBeLessThan(0.023);
    }
  });
});

describe('the layers that are pruned', () => {
  const names = (selection: Partial<LayerSelection>): string[] => [
    ...prune(pruning('magnitude', 'global', selection), network(), moment(0.5, 1, 1)).masks.keys(),
  ];

  test('are all, or those of the kinds or names, without the excepted', () => {
    expect(names({})).toEqual(['conv', 'dw', 'fc']);
    expect(names({ kinds: ['depthwise'] })).toEqual(['dw']);
    expect(names({ names: ['fc'] })).toEqual(['fc']);
    expect(names({ kinds: ['conv'], names: ['fc'] })).toEqual(['conv', 'fc']);
    expect(names({ except: ['conv'] })).toEqual(['dw', 'fc']);
    expect(names({ kinds: ['conv', 'dense'], except: ['fc'] })).toEqual(['conv']);
  });

  test('alone are counted in the sparsity', () => {
    const outcome = prune(
      pruning('random', 'global', { kinds: ['depthwise'] }),
      network(),
      moment(0.9, 1, 1),
    );
    expect(prunedOf(outcome)).toBe(Math.round(0.9 * 89));
    expect(outcome.reached).toBe(80 / 89);
  });

  test('that leave none are refused', () => {
    expect(() => names({ names: ['fc'], except: ['fc'] })).toThrow(
      expect.objectContaining({ code: 'INVALID_STUDY' }),
    );
  });
});

test('a layer that loses every weight is reported', () => {
  const outcome = prune(pruning('magnitude', 'global'), network(), moment(0.3, 1, 1));
  expect(outcome.collapsed).toEqual([]);
  const tiny = [layer('a', 'dense', 50, 1e-6), layer('b', 'dense', 50), layer('c', 'dense', 1, 1e-6)];
  expect(prune(pruning('magnitude', 'global'), tiny, moment(0.6, 1, 1)).collapsed).toEqual(['a', 'c']);
});

describe('criteria that choose in rounds', () => {
  const synflow = (iterations: number) =>
    helpers.pruning({ criterion: { name: 'synflow', iterations }, distribution: 'global' });
  const layers = () => [helpers.layer('a', 'dense', [40, 10]), helpers.layer('b', 'dense', [60, 10])];

  /** A flow through the kept weights of each layer alone; remembers how many were kept when it was asked. */
  function watched() {
    const kept: number[] = [];
    const flow = (masks: readonly { name: string; mask: Uint8Array }[]) => {
      kept.push(masks.reduce((sum, { mask }) => sum + mask.length - zeros(mask), 0));
      return new Map(
        masks.map(({ name, mask }) => [name, Float64Array.from(mask, (bit) => bit / kept.at(-1)!)]),
      );
    };
    const { derivatives } = helpers.moment(0.5);
    return { kept, derivatives: { ...derivatives, synapticFlow: flow } };
  }

  test('keep the same share of what is left in each, from all to what is asked', () => {
    const { kept, derivatives } = watched();
    const outcome = prune(synflow(4), layers(), helpers.moment(0.9999, { derivatives }));
    // 1000 weights, of which 0.1 stay: a factor of 10 in each round.
    expect(kept).toEqual([1000, 100, 10, 1]);
    expect(prunedOf(outcome)).toBe(1000);
    const { kept: more, derivatives: other } = watched();
    expect(prunedOf(prune(synflow(3), layers(), helpers.moment(0.992, { derivatives: other })))).toBe(992);
    expect(more).toEqual([1000, 200, 40]);
  });

  test('begin at what is pruned already', () => {
    const first = withMasks(layers(), prune(pruning('random', 'global'), layers(), moment(0.2, 1, 1)));
    const { kept, derivatives } = watched();
    const outcome = prune(synflow(3), first, helpers.moment(0.9, { derivatives }));
    // 800 of 1000 are left, and 100 stay: a factor of 2 in each round.
    expect(kept).toEqual([800, 400, 200]);
    expect(prunedOf(outcome)).toBe(900);
    for (const { name, mask } of first)
      expect(mask.every((bit, index) => outcome.masks.get(name)![index]! <= bit)).toBe(true);
  });

  test('reach in the last round what is asked, to the last bit', () => {
    for (const sparsity of [0.1, 0.3, 0.9, 0.977])
      for (const before of [0, 0.05]) {
        expect(roundSparsity(before, sparsity, 7, 7)).toBe(sparsity);
        expect(roundSparsity(before, sparsity, 1, 1)).toBe(sparsity);
      }
    expect(roundSparsity(1, 1, 1, 3)).toBe(1);
  });

  test('see the weights that were pruned in the rounds before as zeros', () => {
    const { derivatives } = watched();
    const one = layers();
    const seen = vi.spyOn(criteria.find('synflow'), 'scores');
    onTestFinished(() => seen.mockRestore());
    const outcome = prune(synflow(5), one, helpers.moment(0.5, { derivatives }));
    expect(seen).toHaveBeenCalledTimes(5);
    for (const [, context] of seen.mock.calls)
      context.layers.forEach(({ weights, mask }, position) => {
        const expected = one[position]!.weights.map((weight, index) => (mask[index] ? weight : 0));
        expect(Buffer.compare(new Uint8Array(weights.buffer), new Uint8Array(expected.buffer))).toBe(0);
      });
    // The flow is the same for every kept weight, so that magnitudes decide in each round as in one.
    const magnitudes = prune(helpers.pruning({}), one, helpers.moment(0.5));
    for (const [name, mask] of magnitudes.masks)
      expect(Buffer.compare(outcome.masks.get(name)!, mask)).toBe(0);
    expect(one).toEqual(layers());
  });
});

test('what cannot be is refused before anything is scored', () => {
  const specification = helpers.pruning({ criterion: 'random', distribution: 'lamp' });
  expect(() => prune(specification, network(), helpers.moment(0.5))).toThrow(
    expect.objectContaining({
      code: 'INVALID_STUDY',
      message: expect.stringMatching(/^pruning\.distribution: LAMP .*\.$/),
    }),
  );
});
