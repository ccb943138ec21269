import { generator, normals, permutation, uniforms, type Random } from '../random.ts';
import type { Mixture } from './loss.ts';

/** Partners and λ of a step, by (seed, step) alone. */
export function drawMixture(alpha: number, batch: number, seed: number, step: number): Mixture {
  const random = generator(seed, 'mixup', step);
  return { share: beta(alpha, random), partners: permutation(batch, random) };
}

/**
 * A draw of Beta(α, α), α > 0, as X ÷ (X + Y) of two draws of Gamma(α). Through logarithms: for small α both are smaller than
 * any number, and λ is next to 0 or 1.
 */
export function beta(alpha: number, random: Random): number {
  const difference = logGamma(alpha, random) - logGamma(alpha, random);
  return 1 / (1 + Math.exp(-difference));
}

/**
 * Logarithm of a draw of Gamma(α) of scale 1 (Marsaglia & Tsang, "A simple method for generating gamma variables", 2000);
 * α < 1 by their section 6: Gamma(α + 1) · U^(1/α).
 */
function logGamma(alpha: number, random: Random): number {
  if (alpha < 1) return logGamma(alpha + 1, random) + Math.log(positive(random)) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const [x] = normals(1, random) as unknown as [number];
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(positive(random)) < x ** 2 / 2 + d - d * v + d * Math.log(v))
      return Math.log(d) + Math.log(v);
  }
}

/** Uniform in (0, 1]. */
function positive(random: Random): number {
  return 1 - uniforms(1, random)[0]!;
}
