import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { defineModel } from '../model.ts';
import { MNIST_INPUT } from '../usual-input.ts';
import { startingWeights } from './options.ts';

/** LeNet-300-100 (LeCun et al. 1998, section III.C.4), with ReLU as the pruning literature uses it: 266,200 weights on MNIST. */
export const lenet300100 = defineModel({
  name: 'lenet-300-100',
  title: 'LeNet-300-100: two hidden dense layers of 300 and 100',
  source: 'LeCun et al. 1998, Proc. IEEE 86(11), section III.C.4',
  usualInput: MNIST_INPUT,
  options: z.strictObject({ name: z.literal('lenet-300-100'), ...startingWeights }),
  describe: (_options, { imageShape, classes, ...range }) =>
    new NetworkBuilder('lenet-300-100', imageShape, classes, range)
      .dense('fc1', 300)
      .relu('relu1')
      .dense('fc2', 100)
      .relu('relu2')
      .dense('fc3', classes)
      .build(),
});
