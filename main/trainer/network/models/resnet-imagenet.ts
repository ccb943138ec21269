import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import type { Model } from '../model.ts';
import { IMAGENET_INPUT } from '../usual-input.ts';
import { appendBasicBlock } from './blocks/basic-block.ts';
import { appendBottleneck } from './blocks/bottleneck.ts';
import { startingWeights } from './options.ts';

const STAGES = [64, 128, 256, 512];

const SIZES = [
  { layers: 18, blocks: [2, 2, 2, 2], bottleneck: false },
  { layers: 34, blocks: [3, 4, 6, 3], bottleneck: false },
  { layers: 50, blocks: [3, 4, 6, 3], bottleneck: true },
];

/** The residual nets for ImageNet, as torchvision has them: with its names, option-B shortcuts, and γ = 1 in every block. */
export const imagenetResnets: readonly Model[] = SIZES.map(({ layers, blocks, bottleneck }) => {
  const name = `resnet-${layers}`;
  const options = z.strictObject({
    name: z.literal(name),
    stem: z
      .enum(['imagenet', 'cifar'])
      .default('imagenet')
      .describe(
        'The first layers: 7 × 7 convolution of stride 2 and max pooling, or, for small images, 3 × 3 of stride 1 and none.',
      ),
    ...startingWeights,
  });
  return {
    name,
    title: `ResNet-${layers} for ImageNet`,
    source: 'He et al., CVPR 2016, arXiv 1512.03385, table 1, as torchvision’s',
    usualInput: IMAGENET_INPUT,
    options,
    describe({ stem }, { imageShape, classes, ...range }) {
      const network = new NetworkBuilder(name, imageShape, classes, range);
      if (stem === 'imagenet') network.conv('conv1', STAGES[0]!, 7, { stride: 2 });
      else network.conv('conv1', STAGES[0]!, 3);
      network.batchNorm('bn1').relu('relu');
      if (stem === 'imagenet') network.maxPool('maxpool', 3, { stride: 2, padding: 1 });
      STAGES.forEach((width, stage) => {
        for (let block = 0; block < blocks[stage]!; block++) {
          const place = `layer${stage + 1}.${block}`;
          const stride = stage > 0 && block === 0 ? 2 : 1;
          if (bottleneck) appendBottleneck(network, place, { width, stride });
          else appendBasicBlock(network, place, { width, stride, shortcut: 'B' });
        }
      });
      return network.globalAveragePool('avgpool').dense('fc', classes).build();
    },
  };
});
