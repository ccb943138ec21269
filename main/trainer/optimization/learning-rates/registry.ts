import { createRegistry } from '../../registry.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { steps } from './steps.ts';

export const learningRates = createRegistry('learning-rate schedule', [constant, steps, cosine]);
