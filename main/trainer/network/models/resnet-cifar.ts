import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import type { Model } from '../model.ts';
import { CIFAR_INPUT } from '../usual-input.ts';
import { appendBasicBlock } from './blocks/basic-block.ts';
import { startingWeights } from './options.ts';

const STAGES = [16, 32, 64];

/**
 * The residual nets for CIFAR: 6n + 2 layers, three stages of n basic blocks with 16, 32 and 64 channels. Without
 * parameters in the shortcuts ResNet-20 has 269,722, ResNet-56 853,018 and ResNet-110 1,727,962 for ten classes.
 */
export const cifarResnets: readonly Model[] = [20, 32, 44, 56, 110].map((layers) => {
  const name = `resnet-${layers}`;
  const options = z.strictObject({
    name: z.literal(name),
    shortcut: z
      .enum(['A', 'B'])
      .default('A')
      .describe('Shortcuts between stages: A, subsampled with zero channels; B, 1 × 1 convolutions.'),
    ...startingWeights,
  });
  return {
    name,
    title: `ResNet-${layers} for CIFAR`,
    source: 'He et al., CVPR 2016, arXiv 1512.03385, section 4.2',
    usualInput: CIFAR_INPUT,
    options,
    describe({ shortcut }, { imageShape, classes, ...range }) {
      const network = new NetworkBuilder(name, imageShape, classes, range)
        .conv('conv1', STAGES[0]!, 3)
        .batchNorm('bn1')
        .relu('relu');
      STAGES.forEach((width, stage) => {
        for (let block = 0; block < (layers - 2) / 6; block++)
          appendBasicBlock(network, `layer${stage + 1}.${block}`, {
            width,
            stride: stage > 0 && block === 0 ? 2 : 1,
            shortcut,
          });
      });
      return network.globalAveragePool('avgpool').dense('fc', classes).build();
    },
  };
});
