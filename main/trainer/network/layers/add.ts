import { addAll } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

/** The sum of branches. */
export const add: Layer<'add'> = {
  operation: 'add',
  forward: ({ engine }, _node, ...inputs) => addAll(engine, inputs),
};
