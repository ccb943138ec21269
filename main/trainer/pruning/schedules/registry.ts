import { createRegistry } from '../../registry.ts';
import { gradualCubic } from './gradual-cubic.ts';
import { gradualExponential } from './gradual-exponential.ts';
import { gradualLinear } from './gradual-linear.ts';
import { iterative } from './iterative.ts';
import { listed } from './listed.ts';
import { oneShot } from './one-shot.ts';

export const schedules = createRegistry('pruning schedule', [
  oneShot,
  iterative,
  gradualCubic,
  gradualLinear,
  gradualExponential,
  listed,
]);
