import { gradual } from './gradual.ts';

/** The same share of the weights left at every pruning: the kept density falls geometrically. */
export const gradualExponential = gradual(
  {
    name: 'gradual-exponential',
    title: 'Gradual: the same share of the weights left at every pruning',
  },
  (initial, final, way) => 1 - (1 - initial) ** (1 - way) * (1 - final) ** way,
);
