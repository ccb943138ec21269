import { createRegistry } from '../../registry.ts';
import { batchNormScale } from './batch-norm-scale.ts';
import { givenMasks } from './given-masks.ts';
import { grasp } from './grasp.ts';
import { magnitude } from './magnitude.ts';
import { random } from './random.ts';
import { saliency } from './saliency.ts';
import { snip } from './snip.ts';
import { synflow } from './synflow.ts';

export const criteria = createRegistry('criterion', [
  random,
  magnitude,
  saliency,
  snip,
  grasp,
  synflow,
  batchNormScale,
  givenMasks,
]);
