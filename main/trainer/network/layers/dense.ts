import { dense as denseOperation } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

export const dense: Layer<'dense'> = {
  operation: 'dense',
  forward: ({ engine, parameter }, node, input) =>
    denseOperation(
      engine,
      input,
      parameter(node.kernel),
      node.bias === null ? undefined : parameter(node.bias),
    ),
};
