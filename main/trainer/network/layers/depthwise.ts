import { biasAdd, depthwiseConv2d } from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

export const depthwise: Layer<'depthwise'> = {
  operation: 'depthwise',
  forward({ engine, rotated, parameter }, { kernel, bias, stride, padding, dilation = 1 }, input) {
    const options = { stride, padding, dilation, rotated };
    const output = depthwiseConv2d(engine, input, parameter(kernel), options);
    return bias === null ? output : biasAdd(engine, output, parameter(bias));
  },
};
