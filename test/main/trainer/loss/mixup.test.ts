import { describe, expect, test } from 'vitest';
import { generator } from '../../../../main/trainer/random.ts';
import { beta, drawMixture } from '../../../../main/trainer/loss/mixup.ts';

describe('λ', () => {
  // Of Beta(α, α): mean 1/2, variance 1 / (4 (2α + 1)), and P(λ < 1/10) by the distribution's own formula.
  test.each([
    [0.2, null],
    // Arcsine distribution: 2/π · asin √x.
    [0.5, (2 / Math.PI) * Math.asin(Math.sqrt(0.1))],
    // Uniform.
    [1, 0.1],
    // 3x² − 2x³.
    [2, 3 * 0.01 - 2 * 0.001],
    [8, null],
  ])('is of Beta(%f, α)', (alpha, below) => {
    const random = generator(1, 'beta', Math.round(alpha * 10));
    const count = 20_000;
    const drawn = Array.from({ length: count }, () => beta(alpha, random));
    expect(drawn.every((x) => x >= 0 && x <= 1)).toBe(true);
    const mean = drawn.reduce((sum, x) => sum + x, 0) / count;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
    const wanted = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(wanted / count));
    expect(Math.abs(variance / wanted - 1)).toBeLessThan(0.05);
    if (below !== null) {
      const share = drawn.filter((x) => x < 0.1).length / count;
      expect(Math.abs(share - below)).toBeLessThan(4 * Math.sqrt((below * (1 - below)) / count));
    }
  });

  test('of the smallest α is a number, next to 0 or 1', () => {
    const random = generator(1, 'beta');
    for (let i = 0; i < 200; i++) {
      const share = beta(1e-4, random);
      expect(share < 0.01 || share > 0.99).toBe(true);
    }
  });
});

describe('a mixture', () => {
  test('is a matter of seed and step', () => {
    expect(drawMixture(0.3, 20, 1, 5)).toEqual(drawMixture(0.3, 20, 1, 5));
    expect(drawMixture(0.3, 20, 1, 6)).not.toEqual(drawMixture(0.3, 20, 1, 5));
    expect(drawMixture(0.3, 20, 2, 5)).not.toEqual(drawMixture(0.3, 20, 1, 5));
  });

  test('gives every image one partner, and every image to one', () => {
    const { partners } = drawMixture(0.3, 20, 1, 5);
    expect([...partners].sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });
});
