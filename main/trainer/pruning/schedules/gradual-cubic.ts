import { gradual } from './gradual.ts';

/** Zhu & Gupta, arXiv 1710.01878, eq. 1: s_t = s_f + (s_i − s_f)(1 − (t − t₀)/(nΔt))³. */
export const gradualCubic = gradual(
  {
    name: 'gradual-cubic',
    title: 'Gradual, fast at first (Zhu & Gupta)',
    source: 'Zhu & Gupta, arXiv 1710.01878, eq. 1',
  },
  (initial, final, way) => final + (initial - final) * (1 - way) ** 3,
);
