import { averagePool as average, maxPool as maximum } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

export const maxPool: Layer<'max-pool'> = {
  operation: 'max-pool',
  forward: ({ engine, turned }, { size, stride, padding }, input) =>
    maximum(engine, input, size, { stride, padding, turned }),
};

export const averagePool: Layer<'average-pool'> = {
  operation: 'average-pool',
  forward: ({ engine, turned }, { size, stride, padding }, input) =>
    average(engine, input, size, { stride, padding, turned }),
};
