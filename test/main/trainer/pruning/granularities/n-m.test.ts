import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KernelKind } from '../../../../../common/network.ts';
import { prune, type MaskedLayer } from '../../../../../main/trainer/pruning/prune.ts';
import { refusals } from '../../../../../main/trainer/pruning/refusals.ts';
import { layer, moment, network, pruning, withMasks, type Parts } from '../layers.ts';

const twoOfFour = { name: 'n-m', keep: 2, of: 4 };

test('keeps the two largest of every four inputs of an output: by hand', () => {
  // Four inputs by two outputs; read down the columns: 1 -3 2 -4, and 0.5 0.1 0.6 0.7.
  const weights = [1, 0.5, -3, 0.1, 2, 0.6, -4, 0.7];
  const outcome = prune(
    pruning({ granularity: twoOfFour }),
    [layer('a', 'dense', [4, 2], weights)],
    moment(0.5),
  );
  expect([...outcome.masks.get('a')!]).toEqual([0, 0, 1, 0, 0, 1, 1, 1]);
  expect(outcome.reached).toBe(0.5);
});

test('takes the inputs of one place of a convolution’s kernel together', () => {
  // Kernel 1 × 2, four inputs, one output: magnitudes 1 2 3 4 at the first place, 40 30 20 10 at the second.
  const weights = [1, 2, 3, 4, 40, 30, 20, 10];
  const outcome = prune(
    pruning({ granularity: twoOfFour }),
    [layer('a', 'conv', [1, 2, 4, 1], weights)],
    moment(0.5),
  );
  expect([...outcome.masks.get('a')!]).toEqual([0, 0, 1, 1, 1, 1, 0, 0]);
});

/** Values of every group of `of` consecutive inputs, by the kernel's axes. */
function groupsOf({ kind, shape }: MaskedLayer, values: ArrayLike<number>, of: number): number[][] {
  const [inputs, outputs] = kind === 'dense' ? [shape[0]!, shape[1]!] : [shape[2]!, shape[3]!];
  const places = values.length / inputs / outputs;
  const groups: number[][] = [];
  for (let place = 0; place < places; place++)
    for (let output = 0; output < outputs; output++)
      for (let first = 0; first < inputs; first += of)
        groups.push(
          Array.from(
            { length: of },
            (_, input) => values[(place * inputs + first + input) * outputs + output]!,
          ),
        );
  return groups;
}

const small = fc.integer({ min: 1, max: 4 });
const pattern = fc
  .integer({ min: 2, max: 8 })
  .chain((of) => fc.tuple(fc.integer({ min: 1, max: of - 1 }), fc.constant(of)));

test('exactly N of every M along the inputs, the N largest, for any pattern and shape', () => {
  fc.assert(
    fc.property(
      pattern,
      fc.array(fc.tuple(fc.constantFrom<KernelKind>('dense', 'conv', 'pointwise'), small, small, small), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.constantFrom('magnitude', 'random'),
      ([keep, of], shapes, criterion) => {
        const layers = shapes.map(([kind, side, groups, outputs], index) =>
          layer(
            `l${index}`,
            kind,
            kind === 'dense'
              ? [groups * of, outputs]
              : kind === 'conv'
                ? [side, side, groups * of, outputs]
                : [1, 1, groups * of, outputs],
          ),
        );
        const sparsity = 1 - keep / of;
        const outcome = prune(
          pruning({ criterion, granularity: { name: 'n-m', keep, of }, sparsity }),
          layers,
          moment(sparsity),
        );
        expect(outcome.reached).toBeCloseTo(sparsity, 12);
        for (const each of layers) {
          const mask = outcome.masks.get(each.name)!;
          for (const group of groupsOf(each, mask, of))
            expect(group.reduce((sum, bit) => sum + bit, 0)).toBe(keep);
          if (criterion !== 'magnitude') continue;
          const magnitudes = groupsOf(each, each.weights.map(Math.abs), of);
          groupsOf(each, mask, of).forEach((group, index) => {
            const of = (bit: number): number[] =>
              [...magnitudes[index]!].filter((_, place) => group[place] === bit);
            expect(Math.max(...of(0))).toBeLessThan(Math.min(...of(1)));
          });
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('of a group that has lost more already, what is left is kept; no weight comes back', () => {
  const layers = [layer('a', 'dense', [4, 2], [1, 1, 2, 2, 3, 3, 4, 4])];
  const masks = new Map([['a', Uint8Array.of(0, 1, 1, 1, 0, 1, 0, 0)]]);
  const outcome = prune(pruning({ granularity: twoOfFour }), withMasks(layers, { masks }), moment(0.5));
  expect([...outcome.masks.get('a')!]).toEqual([0, 0, 1, 1, 0, 1, 0, 0]);
});

test('weights that are no numbers are refused, but for pruned ones', () => {
  const broken = layer('a', 'dense', [4, 1], [1, NaN, 2, 3]);
  const at = (mask: Uint8Array) =>
    prune(pruning({ granularity: twoOfFour }), [{ ...broken, mask }], moment(0.5));
  expect(() => at(Uint8Array.of(1, 1, 1, 1))).toThrow(expect.objectContaining({ code: 'BAD_SCORES' }));
  expect([...at(Uint8Array.of(1, 0, 1, 1)).masks.get('a')!]).toEqual([0, 0, 1, 1]);
});

describe('refused', () => {
  const net = network((builder) =>
    builder
      .conv('conv1', 8, 3)
      .depthwise('dw', 3)
      .conv('conv2', 8, 3)
      .globalAveragePool('pool')
      .dense('fc', 10),
  );
  const all = (parts: Parts, prunings?: number) =>
    refusals(pruning({ granularity: twoOfFour, ...parts }), net, prunings);
  const layers = { names: ['conv2', 'fc'] };

  test('not at all, where everything fits', () => {
    expect(all({ layers })).toEqual([]);
    expect(all({ layers, distribution: 'uniform' })).toEqual([]);
    expect(all({ layers, criterion: { name: 'synflow', iterations: 1 } })).toEqual([]);
  });

  test('another sparsity, with the right one', () => {
    expect(all({ layers, sparsity: 0.6 })).toEqual([
      { key: ['pruning', 'sparsity'], message: expect.stringContaining('write 0.5, not 0.6') },
    ]);
    const third = { granularity: { name: 'n-m', keep: 1, of: 3 }, layers: { names: ['a'] } };
    const one = network((builder) => builder.conv('a', 3, 3).globalAveragePool('pool').dense('fc', 10));
    expect(refusals(pruning({ ...third, sparsity: 0.6667 }), one)).toEqual([]);
    expect(refusals(pruning({ ...third, sparsity: 0.66 }), one)[0]!.message).toContain('0.6667');
  });

  test('depthwise layers, and inputs that the groups do not divide', () => {
    expect(all({ layers: { names: ['dw', 'fc'] } })).toEqual([
      { key: ['pruning', 'layers'], message: expect.stringMatching(/reads one input.*leave out dw/) },
    ]);
    expect(all({ layers: { except: ['dw'] } })).toEqual([
      { key: ['pruning', 'layers'], message: expect.stringMatching(/conv1 reads 3.*leave out conv1/) },
    ]);
    expect(() =>
      prune(pruning({ granularity: twoOfFour }), [layer('a', 'dense', [6, 2])], moment(0.5)),
    ).toThrow(expect.objectContaining({ code: 'INVALID_STUDY' }));
  });

  test.each(['erk', 'lamp', 'layer-wise'])('the distribution %s', (name) => {
    const distribution = name === 'layer-wise' ? { name, layers: {}, rest: 0.5 } : { name };
    expect(all({ layers, distribution })).toEqual([
      { key: ['pruning', 'distribution'], message: expect.stringContaining(`'${name}'`) },
    ]);
  });

  test('a schedule that prunes more than once, and a criterion that takes rounds', () => {
    expect(all({ layers }, 5)).toEqual([
      { key: ['pruning', 'schedule'], message: expect.stringContaining('5 times') },
    ]);
    expect(all({ layers, criterion: { name: 'synflow', iterations: 100 } })).toEqual([
      { key: ['pruning', 'criterion'], message: expect.stringContaining('100') },
    ]);
  });
});
