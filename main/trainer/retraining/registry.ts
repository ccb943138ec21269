import { createRegistry } from '../registry.ts';
import { fineTune } from './fine-tune.ts';
import { learningRateRewinding } from './learning-rate-rewinding.ts';
import { none } from './none.ts';

export const retrainings = createRegistry('retraining', [none, fineTune, learningRateRewinding]);
