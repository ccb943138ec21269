import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { caffeXavier } from '../initialization-rules.ts';
import { defineModel } from '../model.ts';
import { MNIST_INPUT } from '../usual-input.ts';
import { startingWeights } from './options.ts';

/**
 * LeNet-5 as Caffe has it, which pruning papers since Han et al. (arXiv 1506.02626) use: ReLU behind the hidden dense
 * layer alone; 431,080 parameters on MNIST. Images smaller than 16 × 16 are refused.
 */
export const lenet5 = defineModel({
  name: 'lenet-5',
  title: 'LeNet-5 (Caffe): two 5 × 5 convolutions with max pooling, two dense layers',
  source: 'LeCun et al. 1998, Proc. IEEE 86(11), in the version of Caffe’s examples/mnist/lenet.prototxt',
  usualInput: MNIST_INPUT,
  options: z.strictObject({ name: z.literal('lenet-5'), ...startingWeights }),
  initialization: { kernels: caffeXavier },
  describe: (_options, { imageShape, classes, ...range }) =>
    new NetworkBuilder('lenet-5', imageShape, classes, range)
      .conv('conv1', 20, 5, { padding: 0, bias: true })
      .maxPool('pool1', 2)
      .conv('conv2', 50, 5, { padding: 0, bias: true })
      .maxPool('pool2', 2)
      .dense('fc1', 500)
      .relu('relu1')
      .dense('fc2', classes)
      .build(),
});
