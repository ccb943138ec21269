import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeNpz } from '../../../../main/codec/npz-read.ts';
import { encodeNpz } from '../../../../main/codec/npz.ts';
import { masksFrom } from '../../../../main/trainer/pruning/given-masks.ts';
import { countPruned, shuffleMasks } from '../../../../main/trainer/pruning/masks.ts';

const bits = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, Number);
const mask = fc.array(fc.constantFrom(0, 1), { maxLength: 60 }).map((values) => Uint8Array.from(values));

describe('shuffled masks', () => {
  test('prune as many of each layer, and what was pruned before stays', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(mask, fc.infiniteStream(fc.constantFrom(0, 1))), { maxLength: 4 }),
        fc.nat(),
        (layers, seed) => {
          const before = new Map(layers.map(([values], index) => [`l${index}`, values]));
          const masks = new Map(
            layers.map(([values, more], index) => [
              `l${index}`,
              values.map((bit) => bit & more.next().value!),
            ]),
          );
          const kept = structuredClone(masks);
          const shuffled = shuffleMasks(masks, seed, [3], before);
          for (const [name, result] of shuffled) {
            expect(countPruned(result)).toBe(countPruned(masks.get(name)!));
            expect(result.every((bit, index) => bit <= before.get(name)![index]!)).toBe(true);
          }
          expect(masks).toEqual(kept);
        },
      ),
    );
  });

  const half = bits('01'.repeat(500));
  const shuffle = (seed: number, counters: number[], layer = 0): string =>
    [
      ...shuffleMasks(
        new Map([
          ['a', half],
          ['b', half],
        ]),
        seed,
        counters,
      ).values(),
    ][layer]!.join('');

  test('depend on the seed, the counters and the layer alone', () => {
    expect(shuffle(1, [2])).toBe(shuffle(1, [2]));
    const others = [
      half.join(''),
      shuffle(1, [2]),
      shuffle(2, [2]),
      shuffle(1, [3]),
      shuffle(1, [2, 0]),
      shuffle(1, [2], 1),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  test('are as likely anywhere', () => {
    const masks = new Map([['a', new Uint8Array(100_000).fill(0, 0, 30_000).fill(1, 30_000)]]);
    const result = shuffleMasks(masks, 5, [1]).get('a')!;
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = countPruned(result.subarray(tenth * 10_000, (tenth + 1) * 10_000)) / 10_000;
      // Five standard deviations of a hypergeometric draw.
      expect(Math.abs(share - 0.3)).toBeLessThan(0.023);
    }
  });

  test('leave a layer as it is that lost nothing anew', () => {
    const masks = new Map([['a', half]]);
    expect(shuffleMasks(masks, 1, [1], masks).get('a')).toEqual(half);
    expect([...shuffleMasks(new Map([['a', bits('1111')]]), 1, [1]).get('a')!]).toEqual([1, 1, 1, 1]);
  });
});

describe('given masks', () => {
  const layers = [
    { name: 'conv', shape: [1, 1, 2, 2] },
    { name: 'fc', shape: [3, 1] },
  ];
  const conv = { name: 'conv.pruned', shape: [1, 1, 2, 2], values: bits('1000') };
  const fully = { name: 'fc.mask', shape: [3, 1], values: bits('011') };

  test('an export’s .pruned is 1 where pruned, a .mask where kept; other states are passed over', () => {
    const shed = { name: 'conv.shed', shape: [1, 1, 2, 2], values: bits('1111') };
    const masks = masksFrom([conv, shed, fully], layers);
    expect([...masks].map(([name, values]) => [name, [...values]])).toEqual([
      ['conv', [0, 1, 1, 1]],
      ['fc', [0, 1, 1]],
    ]);
  });

  test('come back from the file that an export writes', () => {
    const arrays = [conv, { name: 'fc.pruned', shape: [3, 1], values: bits('010') }];
    const masks = masksFrom(decodeNpz(encodeNpz(arrays)), layers);
    expect([...masks.values()].map((values) => [...values])).toEqual([
      [0, 1, 1, 1],
      [1, 0, 1],
    ]);
  });

  test('may be numbers of any type', () => {
    expect([...masksFrom([conv, { ...fully, values: Float64Array.of(0, 1, 1) }], layers).get('fc')!]).toEqual(
      [0, 1, 1],
    );
  });

  test.each([
    ['a layer without a mask', [conv], /nothing for the layer fc.*fc\.pruned or fc\.mask/],
    ['no arrays', [], /nothing for the layer conv/],
    ['a bare name, which could mean either', [conv, { ...fully, name: 'fc' }], /nothing for the layer fc/],
    ['both of a kind', [conv, fully, { ...fully, name: 'fc.pruned' }], /both fc\.pruned and fc\.mask/],
    [
      'a layer of another network',
      [conv, fully, { ...fully, name: 'head.mask' }],
      /another network.*head\.mask.*conv, fc/,
    ],
    ['a kernel of another shape', [conv, { ...fully, shape: [1, 3] }], /shape \[1, 3\].*\[3, 1\]/],
    ['another layout', [{ ...conv, shape: [2, 2, 1, 1] }, fully], /shape \[2, 2, 1, 1\]/],
    ['a value between', [conv, { ...fully, values: Float32Array.of(0, 0.5, 1) }], /0\.5 in fc\.mask/],
    ['weights instead of a mask', [conv, { ...fully, values: Int32Array.of(0, -1, 1) }], /-1 in fc\.mask/],
    ['no number', [conv, { ...fully, values: Float32Array.of(0, NaN, 1) }], /NaN in fc\.mask/],
  ])('refused: %s', (_name, arrays, message) => {
    expect(() => masksFrom(arrays, layers)).toThrow(
      expect.objectContaining({ code: 'BAD_MASKS', message: expect.stringMatching(message) }),
    );
  });
});
