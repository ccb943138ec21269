import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { defineModel } from '../model.ts';
import { MNIST_INPUT } from '../usual-input.ts';
import { startingWeights } from './options.ts';

const options = z
  .strictObject({
    name: z.literal('depthwise-separable'),
    stem: z
      .int()
      .min(1)
      .max(1024)
      .default(32)
      .describe('Channels of the first convolution (3 × 3, stride 2).'),
    widths: z
      .array(z.int().min(1).max(4096))
      .min(1)
      .max(64)
      .default([64, 128, 128, 256])
      .describe('Channels of each pointwise convolution.'),
    strides: z
      .array(z.int().min(1).max(4))
      .default([1, 2, 1, 2])
      .describe('Stride of each depthwise convolution: as many as widths.'),
    ...startingWeights,
  })
  .refine(({ widths, strides }) => widths.length === strides.length, {
    path: ['strides'],
    message: 'must be as many as the widths',
  });

/**
 * A small MobileNet-like net (Howard et al., arXiv 1704.04861): a convolution of stride 2, then blocks of depthwise and
 * pointwise convolution, batch norm and ReLU after each, global average pooling, one dense layer.
 */
export const depthwiseSeparable = defineModel({
  name: 'depthwise-separable',
  title: 'MobileNet-like: depthwise and pointwise convolutions with batch norm and ReLU',
  source: 'a small net of this workstation’s own, after Howard et al., arXiv 1704.04861',
  usualInput: MNIST_INPUT,
  options,
  describe({ stem, widths, strides }, { imageShape, classes, ...range }) {
    const network = new NetworkBuilder('depthwise-separable', imageShape, classes, range)
      .conv('conv1', stem, 3, { stride: 2 })
      .batchNorm('conv1-bn')
      .relu('conv1-relu');
    widths.forEach((width, index) => {
      const number = index + 1;
      network
        .depthwise(`dw${number}`, 3, { stride: strides[index]! })
        .batchNorm(`dw${number}-bn`)
        .relu(`dw${number}-relu`)
        .conv(`pw${number}`, width, 1)
        .batchNorm(`pw${number}-bn`)
        .relu(`pw${number}-relu`);
    });
    return network.globalAveragePool('pool').dense('fc', classes).build();
  },
});
