import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { torchvisionNormal } from '../initialization-rules.ts';
import { ModelError, type Model } from '../model.ts';
import { CIFAR_INPUT } from '../usual-input.ts';
import { dropoutOf, startingWeights } from './options.ts';

/** Convolutions of 64, 128, 256, 512 and 512 channels before each of the five poolings, by the number of layers. */
const CONFIGURATIONS: Record<number, readonly number[]> = {
  11: [1, 1, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};
const WIDTHS = [64, 128, 256, 512, 512];
/** Side of the map that the ImageNet head reads. */
const HEAD_SIDE = 7;

/**
 * VGG with batch norm, in torchvision's names (`features.0`, `classifier.6`); its convolutions have biases. Poolings that
 * would halve a map of 1 × 1, as the last does for images below 32 × 32, are left out. The CIFAR head is one dense layer.
 * The ImageNet head is torchvision's three with dropout on a map of 7 × 7, which images of 224 × 224 have: larger
 * maps are averaged to it where 7 divides their sides, and refused where not; smaller ones are read whole, so that
 * `classifier.0` has fewer weights than torchvision's.
 */
export const vggs: readonly Model[] = Object.entries(CONFIGURATIONS).map(([layers, configuration]) => {
  const name = `vgg-${layers}`;
  const options = z.strictObject({
    name: z.literal(name),
    head: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe('One dense layer, or the three of ImageNet with dropout on a map of 7 × 7.'),
    dropout: dropoutOf(0.5),
    ...startingWeights,
  });
  return {
    name,
    title: `VGG-${layers} with batch norm`,
    source:
      'Simonyan & Zisserman, ICLR 2015, arXiv 1409.1556, table 1, with batch norm as torchvision’s vgg_bn',
    usualInput: CIFAR_INPUT,
    options,
    initialization: { kernels: torchvisionNormal },
    describe({ head, dropout }, { imageShape, classes, ...range }) {
      const network = new NetworkBuilder(name, imageShape, classes, range);
      let place = 0;
      const next = (): string => `features.${place++}`;
      configuration.forEach((convolutions, stage) => {
        for (let index = 0; index < convolutions; index++)
          network.conv(next(), WIDTHS[stage]!, 3, { bias: true }).batchNorm(next()).relu(next());
        const pooling = next();
        if (Math.min(...network.spatial!) > 1) network.maxPool(pooling, 2);
      });
      if (head === 'cifar') return network.dense('classifier', classes).build();
      poolForHead(network);
      return network
        .dense('classifier.0', 4096)
        .relu('classifier.1')
        .dropout('classifier.2', dropout)
        .dense('classifier.3', 4096)
        .relu('classifier.4')
        .dropout('classifier.5', dropout)
        .dense('classifier.6', classes)
        .build();
    },
  };
});

/** What torchvision's adaptive pooling to 7 × 7 does where it is a plain average. */
function poolForHead(network: NetworkBuilder): void {
  const [height, width] = network.spatial!;
  if (Math.max(height, width) <= HEAD_SIDE) return;
  if (height !== width || height % HEAD_SIDE !== 0)
    throw new ModelError(
      ['head'],
      `the ImageNet head reads a map of ${HEAD_SIDE} × ${HEAD_SIDE}, and these images make one of ${height} × ${width}: ` +
        'give images of 224 × 224, or another multiple, or the head cifar',
    );
  network.averagePool('avgpool', height / HEAD_SIDE);
}
