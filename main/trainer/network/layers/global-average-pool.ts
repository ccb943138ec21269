import { globalAveragePool as pool } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

export const globalAveragePool: Layer<'global-average-pool'> = {
  operation: 'global-average-pool',
  forward: ({ engine }, { keepSpatial = false }, input) => pool(engine, input, keepSpatial),
};
