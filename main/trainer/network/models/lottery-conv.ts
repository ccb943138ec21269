import * as z from 'zod';
import { NetworkBuilder } from '../builder.ts';
import { glorotNormal } from '../initialization-rules.ts';
import type { Model } from '../model.ts';
import { CIFAR_INPUT } from '../usual-input.ts';
import { startingWeights } from './options.ts';

/**
 * Conv-2, -4 and -6 of the lottery ticket hypothesis: pairs of 3 × 3 convolutions with max pooling behind each pair,
 * three dense layers, no batch norm. On CIFAR-10 they have 4,300,992, 2,425,024 and 2,261,184 weights. The paper's figure
 * 2 says 4.3 M, 2.4 M and 1.7 M; the last does not follow from the layers that it lists, and later papers say 2.3 M.
 */
export const lotteryConvs: readonly Model[] = [2, 4, 6].map((convolutions) => {
  const name = `conv-${convolutions}`;
  return {
    name,
    title: `Conv-${convolutions}: ${convolutions} convolutions in pairs with max pooling, three dense layers`,
    source: 'Frankle & Carbin, ICLR 2019, arXiv 1803.03635, figure 2',
    usualInput: CIFAR_INPUT,
    options: z.strictObject({ name: z.literal(name), ...startingWeights }),
    initialization: { kernels: glorotNormal },
    describe: (_options, { imageShape, classes, ...range }) => {
      const network = new NetworkBuilder(name, imageShape, classes, range);
      for (let number = 1; number <= convolutions; number++) {
        const pair = Math.ceil(number / 2);
        network.conv(`conv${number}`, 64 * 2 ** (pair - 1), 3, { bias: true }).relu(`relu${number}`);
        if (number % 2 === 0) network.maxPool(`pool${pair}`, 2);
      }
      return network
        .dense('fc1', 256)
        .relu('fc1-relu')
        .dense('fc2', 256)
        .relu('fc2-relu')
        .dense('fc3', classes)
        .build();
    },
  };
});
