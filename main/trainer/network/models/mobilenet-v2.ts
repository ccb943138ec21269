import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { torchvisionNormal } from '../initialization-rules.ts';
import { defineModel } from '../model.ts';
import { IMAGENET_INPUT } from '../usual-input.ts';
import { appendNormalisedConvolution, divisibleChannels } from './blocks/convolution.ts';
import { dropoutOf, startingWeights, stemStride, widthMultiplier } from './options.ts';

const options = z.strictObject({
  name: z.literal('mobilenet-v2'),
  width: widthMultiplier,
  stemStride,
  dropout: dropoutOf(0.2),
  ...startingWeights,
});

/** Table 2: expansion t, channels c, repeats n, stride s of the first. */
const STAGES = [
  { expansion: 1, channels: 16, repeats: 1, stride: 1 },
  { expansion: 6, channels: 24, repeats: 2, stride: 2 },
  { expansion: 6, channels: 32, repeats: 3, stride: 2 },
  { expansion: 6, channels: 64, repeats: 4, stride: 2 },
  { expansion: 6, channels: 96, repeats: 3, stride: 1 },
  { expansion: 6, channels: 160, repeats: 3, stride: 2 },
  { expansion: 6, channels: 320, repeats: 1, stride: 1 },
];

/** MobileNetV2 in torchvision's names: 3,504,872 parameters for 1,000 classes. */
export const mobilenetV2 = defineModel({
  name: 'mobilenet-v2',
  title: 'MobileNetV2: inverted residuals with linear bottlenecks',
  source: 'Sandler et al., CVPR 2018, arXiv 1801.04381, table 2, as torchvision’s',
  usualInput: IMAGENET_INPUT,
  options,
  initialization: { kernels: torchvisionNormal },
  describe({ width, stemStride: stride, dropout }, { imageShape, classes, ...range }) {
    const network = new NetworkBuilder('mobilenet-v2', imageShape, classes, range);
    let place = 0;
    const next = (): string => `features.${place++}`;
    appendNormalisedConvolution(network, next(), {
      channels: divisibleChannels(32 * width),
      size: 3,
      stride,
      activation: 'relu6',
    });
    for (const { expansion, channels, repeats, stride: first } of STAGES)
      for (let repeat = 0; repeat < repeats; repeat++)
        appendInvertedResidual(network, next(), {
          expansion,
          channels: divisibleChannels(channels * width),
          stride: repeat === 0 ? first : 1,
        });
    appendNormalisedConvolution(network, next(), {
      channels: divisibleChannels(1280 * Math.max(1, width)),
      size: 1,
      activation: 'relu6',
    });
    return network
      .globalAveragePool('avgpool')
      .dropout('classifier.0', dropout)
      .dense('classifier.1', classes)
      .build();
  },
});

/** Widens, filters each channel, and narrows again without an activation; added to its input where their shapes agree. */
function appendInvertedResidual(
  network: NetworkBuilder,
  name: string,
  { expansion, channels, stride }: { expansion: number; channels: number; stride: number },
): void {
  const input = network.cursor;
  const inputs = network.channels;
  const hidden = inputs * expansion;
  let place = 0;
  const next = (): string => `${name}.conv.${place++}`;
  if (expansion > 1)
    appendNormalisedConvolution(network, next(), { channels: hidden, size: 1, activation: 'relu6' });
  appendNormalisedConvolution(network, next(), {
    channels: hidden,
    size: 3,
    stride,
    depthwise: true,
    activation: 'relu6',
  });
  network.conv(next(), channels, 1).batchNorm(next());
  if (stride === 1 && inputs === channels) network.add(`${name}.add`, input);
}
