import type { Components } from './component.ts';
import { augmentations } from './augmentation/registry.ts';
import { datasets } from './data/registry.ts';
import { losses } from './loss/registry.ts';
import { models } from './network/registry.ts';
import { averagings } from './optimization/averaging/registry.ts';
import { gradientClippings } from './optimization/gradient-clipping/registry.ts';
import { learningRates } from './optimization/learning-rates/registry.ts';
import { optimizers } from './optimization/optimizers/registry.ts';
import { criteria } from './pruning/criteria/registry.ts';
import { distributions } from './pruning/distributions/registry.ts';
import { granularities } from './pruning/granularities/registry.ts';
import { schedules } from './pruning/schedules/registry.ts';
import { retrainings } from './retraining/registry.ts';

/** Everything that a study may name, gathered from the registries: one for each kind. */
export const components: Components = {
  datasets: datasets.all,
  networks: models.all,
  optimizers: optimizers.all,
  learningRates: learningRates.all,
  losses: losses.all,
  augmentations: augmentations.all,
  gradientClippings: gradientClippings.all,
  averagings: averagings.all,
  criteria: criteria.all,
  granularities: granularities.all,
  distributions: distributions.all,
  schedules: schedules.all,
  retraining: retrainings.all,
};
