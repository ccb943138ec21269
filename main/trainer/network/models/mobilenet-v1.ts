import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { defineModel } from '../model.ts';
import { IMAGENET_INPUT } from '../usual-input.ts';
import { startingWeights, stemStride, widthMultiplier } from './options.ts';

const options = z.strictObject({
  name: z.literal('mobilenet-v1'),
  width: widthMultiplier,
  stemStride,
  ...startingWeights,
});

/** Output channels and stride of each depthwise-separable block. */
const BLOCKS: readonly [channels: number, stride: number][] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  // Table 1 writes stride 2 here too, but its sizes are those of stride 1.
  [1024, 1],
];

/** The first MobileNet: 4,231,976 parameters for 1,000 classes. Channels are scaled as in the authors' code: at least 8. */
export const mobilenetV1 = defineModel({
  name: 'mobilenet-v1',
  title: 'MobileNet: blocks of depthwise and pointwise convolution',
  source: 'Howard et al. 2017, arXiv 1704.04861, table 1',
  usualInput: IMAGENET_INPUT,
  options,
  describe({ width, stemStride: stride }, { imageShape, classes, ...range }) {
    const scaled = (channels: number): number => Math.max(8, Math.floor(channels * width));
    const network = new NetworkBuilder('mobilenet-v1', imageShape, classes, range)
      .conv('conv1', scaled(32), 3, { stride })
      .batchNorm('bn1')
      .relu('relu1');
    BLOCKS.forEach(([channels, stride], block) => {
      const name = `blocks.${block}`;
      network
        .depthwise(`${name}.depthwise`, 3, { stride })
        .batchNorm(`${name}.bn1`)
        .relu(`${name}.relu1`)
        .conv(`${name}.pointwise`, scaled(channels), 1)
        .batchNorm(`${name}.bn2`)
        .relu(`${name}.relu2`);
    });
    return network.globalAveragePool('avgpool').dense('fc', classes).build();
  },
});
