import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { defineModel } from '../model.ts';
import { CIFAR_INPUT } from '../usual-input.ts';
import { dropoutOf, startingWeights } from './options.ts';

const options = z.strictObject({
  name: z.literal('wide-resnet-28'),
  widen: z
    .int()
    .min(1)
    .max(32)
    .default(10)
    .describe('Widening factor k: the stages have 16k, 32k and 64k channels.'),
  dropout: dropoutOf(0),
  ...startingWeights,
});

const STAGES = [16, 32, 64];
const BLOCKS = 4;

/** WRN-28-k for CIFAR: WRN-28-10 has 36,479,194 parameters for ten classes. */
export const wideResnet28 = defineModel({
  name: 'wide-resnet-28',
  title: 'Wide ResNet of 28 layers (WRN-28-k)',
  source: 'Zagoruyko & Komodakis, BMVC 2016, arXiv 1605.07146, table 1',
  usualInput: CIFAR_INPUT,
  options,
  describe({ widen, dropout }, { imageShape, classes, ...range }) {
    const network = new NetworkBuilder('wide-resnet-28', imageShape, classes, range).conv('conv1', 16, 3);
    STAGES.forEach((width, stage) => {
      for (let block = 0; block < BLOCKS; block++)
        appendBlock(network, `layer${stage + 1}.${block}`, {
          width: width * widen,
          stride: stage > 0 && block === 0 ? 2 : 1,
          dropout,
        });
    });
    return network.batchNorm('bn1').relu('relu').globalAveragePool('avgpool').dense('fc', classes).build();
  },
});

/**
 * A block with batch norm and ReLU before each convolution. Where the channels change, the shortcut is a 1 × 1
 * convolution of what the first of them made; otherwise it is the input itself.
 */
function appendBlock(
  network: NetworkBuilder,
  name: string,
  { width, stride, dropout }: { width: number; stride: number; dropout: number },
): void {
  let past = network.cursor;
  const projected = network.channels !== width;
  network.batchNorm(`${name}.bn1`).relu(`${name}.relu1`);
  const activated = network.cursor;
  network.conv(`${name}.conv1`, width, 3, { stride }).batchNorm(`${name}.bn2`).relu(`${name}.relu2`);
  if (dropout > 0) network.dropout(`${name}.dropout`, dropout);
  network.conv(`${name}.conv2`, width, 3);
  const branch = network.cursor;
  if (projected) past = network.from(activated).conv(`${name}.shortcut`, width, 1, { stride }).cursor;
  network.from(branch).add(`${name}.add`, past);
}
