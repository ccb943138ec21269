import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { torchvisionNormal } from '../initialization-rules.ts';
import type { Model } from '../model.ts';
import { IMAGENET_INPUT } from '../usual-input.ts';
import { appendNormalisedConvolution, divisibleChannels } from './blocks/convolution.ts';
import { appendSqueezeExcite } from './blocks/squeeze-excite.ts';
import { dropoutOf, startingWeights, stemStride, widthMultiplier } from './options.ts';

/** A row of table 1 or 2: kernel size, expanded channels, output channels, squeeze-and-excite, activation, stride. */
type Row = readonly [
  size: number,
  expanded: number,
  channels: number,
  squeeze: boolean,
  activation: 'relu' | 'hard-swish',
  stride: number,
];

const LARGE: readonly Row[] = [
  [3, 16, 16, false, 'relu', 1],
  [3, 64, 24, false, 'relu', 2],
  [3, 72, 24, false, 'relu', 1],
  [5, 72, 40, true, 'relu', 2],
  [5, 120, 40, true, 'relu', 1],
  [5, 120, 40, true, 'relu', 1],
  [3, 240, 80, false, 'hard-swish', 2],
  [3, 200, 80, false, 'hard-swish', 1],
  [3, 184, 80, false, 'hard-swish', 1],
  [3, 184, 80, false, 'hard-swish', 1],
  [3, 480, 112, true, 'hard-swish', 1],
  [3, 672, 112, true, 'hard-swish', 1],
  [5, 672, 160, true, 'hard-swish', 2],
  [5, 960, 160, true, 'hard-swish', 1],
  [5, 960, 160, true, 'hard-swish', 1],
];
const SMALL: readonly Row[] = [
  [3, 16, 16, true, 'relu', 2],
  [3, 72, 24, false, 'relu', 2],
  [3, 88, 24, false, 'relu', 1],
  [5, 96, 40, true, 'hard-swish', 2],
  [5, 240, 40, true, 'hard-swish', 1],
  [5, 240, 40, true, 'hard-swish', 1],
  [5, 120, 48, true, 'hard-swish', 1],
  [5, 144, 48, true, 'hard-swish', 1],
  [5, 288, 96, true, 'hard-swish', 2],
  [5, 576, 96, true, 'hard-swish', 1],
  [5, 576, 96, true, 'hard-swish', 1],
];

const STEM_CHANNELS = 16;
const NORM = { epsilon: 1e-3, momentum: 0.01 };

/** MobileNetV3 in torchvision's names: 5,483,032 parameters (large) and 2,542,856 (small) for 1,000 classes. */
export const mobilenetV3s: readonly Model[] = [
  mobilenetV3('small', SMALL, 1024, 2),
  mobilenetV3('large', LARGE, 1280, 1),
];

function mobilenetV3(size: string, rows: readonly Row[], lastChannels: number, table: number): Model {
  const name = `mobilenet-v3-${size}`;
  const options = z.strictObject({
    name: z.literal(name),
    width: widthMultiplier,
    stemStride,
    dropout: dropoutOf(0.2),
    ...startingWeights,
  });
  return {
    name,
    title: `MobileNetV3-${size === 'small' ? 'Small' : 'Large'}: squeeze-and-excite, hard-swish`,
    source: `Howard et al., ICCV 2019, arXiv 1905.02244, table ${table}, as torchvision’s`,
    usualInput: IMAGENET_INPUT,
    options,
    initialization: { kernels: torchvisionNormal },
    describe({ width, stemStride: stride, dropout }, { imageShape, classes, ...range }) {
      const network = new NetworkBuilder(name, imageShape, classes, range);
      const scaled = (channels: number): number => divisibleChannels(channels * width);
      const convolution = { activation: 'hard-swish', norm: NORM } as const;
      appendNormalisedConvolution(network, 'features.0', {
        ...convolution,
        channels: scaled(STEM_CHANNELS),
        size: 3,
        stride,
      });
      rows.forEach((row, index) => appendBlock(network, `features.${index + 1}`, row, scaled));
      appendNormalisedConvolution(network, `features.${rows.length + 1}`, {
        ...convolution,
        channels: 6 * network.channels,
        size: 1,
      });
      return network
        .globalAveragePool('avgpool')
        .dense('classifier.0', scaled(lastChannels))
        .activation('classifier.1', 'hard-swish')
        .dropout('classifier.2', dropout)
        .dense('classifier.3', classes)
        .build();
    },
  };
}

/** Widens where the row does, filters each channel, gates the channels where the row says so, and narrows again. */
function appendBlock(
  network: NetworkBuilder,
  name: string,
  [size, expanded, outputs, squeeze, activation, stride]: Row,
  scaled: (channels: number) => number,
): void {
  const input = network.cursor;
  const inputs = network.channels;
  const [hidden, channels] = [scaled(expanded), scaled(outputs)];
  let place = 0;
  const next = (): string => `${name}.block.${place++}`;
  if (hidden !== inputs)
    appendNormalisedConvolution(network, next(), { channels: hidden, size: 1, activation, norm: NORM });
  appendNormalisedConvolution(network, next(), {
    channels: hidden,
    size,
    stride,
    depthwise: true,
    activation,
    norm: NORM,
  });
  if (squeeze) appendSqueezeExcite(network, next(), divisibleChannels(Math.floor(hidden / 4)));
  appendNormalisedConvolution(network, next(), { channels, size: 1, activation: null, norm: NORM });
  if (stride === 1 && inputs === channels) network.add(`${name}.add`, input);
}
