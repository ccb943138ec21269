import { createRegistry } from '../../registry.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { exponential } from './exponential.ts';
import { linear } from './linear.ts';
import { oneCycle } from './one-cycle.ts';
import { steps } from './steps.ts';

export const learningRates = createRegistry('learning-rate schedule', [
  constant,
  steps,
  cosine,
  linear,
  exponential,
  oneCycle,
]);
