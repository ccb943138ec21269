import { gradual } from './gradual.ts';

/** The same number of weights at every pruning. */
export const gradualLinear = gradual(
  { name: 'gradual-linear', title: 'Gradual: the same number at every pruning' },
  (initial, final, way) => initial + (final - initial) * way,
);
