import { depthwiseConv2d } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

export const depthwise: Layer<'depthwise'> = {
  operation: 'depthwise',
  forward: ({ engine, turned, parameter }, { kernel, stride, padding }, input) =>
    depthwiseConv2d(engine, input, parameter(kernel), { stride, padding, turned }),
};
