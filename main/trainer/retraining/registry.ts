import { createRegistry } from '../registry.ts';
import { fineTune } from './fine-tune.ts';
import { learningRateRewinding } from './learning-rate-rewinding.ts';
import { lowRate } from './low-rate.ts';
import { none } from './none.ts';
import { reinitialise } from './reinitialise.ts';
import { weightRewinding } from './weight-rewinding.ts';

export const retrainings = createRegistry('retraining', [
  none,
  fineTune,
  lowRate,
  learningRateRewinding,
  weightRewinding,
  reinitialise,
]);
