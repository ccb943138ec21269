import { relu as reluOperation } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

export const relu: Layer<'relu'> = {
  operation: 'relu',
  forward: ({ engine }, _node, input) => reluOperation(engine, input),
};
