import { describe, expect, it } from 'vitest';
import { decodeMagnitudes, encodeMagnitudes } from '../../../common/codec/magnitude-counts.ts';
import {
  BINS_PER_OCTAVE,
  binStart,
  countedWeights,
  countMagnitudes,
  sumMagnitudes,
  type MagnitudeCounts,
} from '../../../common/cascade/magnitudes.ts';

/** Repeatable numbers of many sizes and both signs, zeros and exact bounds of bins among them. */
function someWeights(count: number, seed: number): { weights: Float32Array; mask: Uint8Array } {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 1) / 2 ** 31;
  const weights = Float32Array.from({ length: count }, (_, index) => {
    if (index % 13 === 0) return 0;
    if (index % 7 === 0) return 2 ** -Math.floor(random() * 30);
    return (random() < 0.5 ? -1 : 1) * 10 ** (-12 * random());
  });
  return { weights, mask: Uint8Array.from(weights, () => Number(random() < 0.8)) };
}

const asMap = ({ first, counts }: MagnitudeCounts) =>
  new Map([...counts].map((count, at) => [first + at, count] as const).filter(([, count]) => count > 0));

describe('histograms of |w|', () => {
  it('count every kept weight in the bin that its logarithm says', () => {
    const { weights, mask } = someWeights(4000, 3);
    const expected = new Map<number, number>();
    let zero = 0;
    weights.forEach((weight, index) => {
      if (mask[index] === 0) return;
      if (weight === 0) zero += 1;
      else {
        const bin = Math.floor((Math.log2(Math.abs(weight)) + 127) * BINS_PER_OCTAVE);
        expected.set(bin, (expected.get(bin) ?? 0) + 1);
      }
    });
    const counted = countMagnitudes(weights, mask);
    expect(counted.zero).toBe(zero);
    expect(asMap(counted)).toEqual(new Map([...expected].sort(([one], [other]) => one - other)));
    expect(countedWeights(counted)).toBe(mask.reduce((sum, bit) => sum + bit, 0));
    expect(binStart(127 * BINS_PER_OCTAVE)).toBe(1);
    for (const bin of asMap(counted).keys())
      expect(countMagnitudes(Float32Array.of(binStart(bin) * 1.0001), Uint8Array.of(1)).first).toBe(bin);
  });

  it('add up over layers, and come back from their bytes', () => {
    const layers = [someWeights(700, 1), someWeights(100_000, 2)].map(({ weights, mask }) =>
      countMagnitudes(weights, mask),
    );
    const nothing = countMagnitudes(Float32Array.of(0, 1), Uint8Array.of(1, 0));
    expect(nothing).toEqual({ zero: 1, first: 0, counts: new Uint32Array(0) });
    const bytes = encodeMagnitudes([...layers, nothing]);
    expect(decodeMagnitudes(bytes, 3)).toEqual([...layers, nothing]);
    expect(bytes.length).toBeLessThan(700);
    const all = sumMagnitudes([...layers, nothing]);
    expect(countedWeights(all)).toBe(
      [...layers, nothing].reduce((sum, each) => sum + countedWeights(each), 0),
    );
    const one = asMap(layers[0]!);
    for (const [bin, count] of asMap(layers[1]!))
      expect(asMap(all).get(bin)).toBe(count + (one.get(bin) ?? 0));
    for (const damaged of [bytes.slice(0, -1), Uint8Array.of(...bytes, 0), Uint8Array.of(2, 0)])
      expect(() => decodeMagnitudes(damaged, 3)).toThrow('damaged');
  });
});
