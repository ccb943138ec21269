import { describe, expect, it } from 'vitest';
import { complement, mean, overlap, standardDeviation } from '../../../common/cascade/statistics.ts';
import { generator, uniforms } from '../../../main/trainer/random.ts';

describe('mean and spread', () => {
  it('are those of the sample', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('are unknown of too few values', () => {
    expect(mean([])).toBeNaN();
    expect(standardDeviation([1])).toBeNaN();
  });
});

describe('overlap of bit planes', () => {
  it('counts bits across bytes', () => {
    const a = Uint8Array.of(0b1111_0000, 0b0000_0001);
    const b = Uint8Array.of(0b1100_0011, 0b0000_0011);
    expect(overlap(a, b, 12).jaccard).toBeCloseTo(3 / 8, 12);
    expect(overlap(a, b, 12).expected).toBeCloseTo((5 * 6) / 12 / (11 - 30 / 12), 12);
    expect(overlap(a, a, 12).jaccard).toBe(1);
    expect(overlap(new Uint8Array(2), new Uint8Array(2), 12).jaccard).toBe(1);
  });

  it('of random sets is near what is expected of them', () => {
    const draw = (purpose: string, share: number): Uint8Array => {
      const bits = uniforms(80_000, generator(1, purpose));
      return Uint8Array.from({ length: 10_000 }, (_, byte) => {
        let value = 0;
        for (let bit = 0; bit < 8; bit++) if (bits[byte * 8 + bit]! < share) value |= 1 << bit;
        return value;
      });
    };
    const { jaccard, expected } = overlap(draw('a', 0.3), draw('b', 0.5), 80_000);
    expect(jaccard).toBeCloseTo(expected, 2);
  });

  it('complements only the weights that there are', () => {
    expect([...complement(Uint8Array.of(0b1010_1010, 0b01), 10)]).toEqual([0b0101_0101, 0b10]);
    expect([...complement(Uint8Array.of(0), 8)]).toEqual([255]);
  });
});
