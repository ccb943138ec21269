import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { defineModel } from '../model.ts';
import { MNIST_INPUT } from '../usual-input.ts';
import { startingWeights } from './options.ts';

const options = z
  .strictObject({
    name: z.literal('conv-bn-relu'),
    widths: z
      .array(z.int().min(1).max(4096))
      .min(1)
      .max(64)
      .default([32, 64, 64, 128, 128])
      .describe('Channels of each convolution.'),
    strides: z
      .array(z.int().min(1).max(4))
      .default([1, 2, 1, 2, 1])
      .describe('Stride of each convolution: as many as widths.'),
    ...startingWeights,
  })
  .refine(({ widths, strides }) => widths.length === strides.length, {
    path: ['strides'],
    message: 'must be as many as the widths',
  });

/** A small VGG-like family: 3 × 3 convolution, batch norm and ReLU per width, global average pooling, one dense layer. */
export const convBnRelu = defineModel({
  name: 'conv-bn-relu',
  title: 'VGG-like: 3 × 3 convolution, batch norm, ReLU, of chosen widths and strides',
  source: 'a small net of this workstation’s own, after Simonyan & Zisserman, arXiv 1409.1556',
  usualInput: MNIST_INPUT,
  options,
  describe({ widths, strides }, { imageShape, classes, ...range }) {
    const network = new NetworkBuilder('conv-bn-relu', imageShape, classes, range);
    widths.forEach((width, index) => {
      const number = index + 1;
      network
        .conv(`conv${number}`, width, 3, { stride: strides[index]! })
        .batchNorm(`bn${number}`)
        .relu(`relu${number}`);
    });
    return network.globalAveragePool('pool').dense('fc', classes).build();
  },
});
