import * as z from 'zod';
import { kernelView } from '../kernel-view.ts';
import { maskTiles } from '../tile-masks.ts';
import { aggregateOption } from '../tiles.ts';
import { defineGranularity } from './granularity.ts';

const options = z.strictObject({ name: z.literal('kernel'), aggregate: aggregateOption });

/**
 * Spatial kernels: the height × width weights between one input and one output channel. In a dense or pointwise layer
 * such a kernel is a single weight, and is pruned as one where layers with larger kernels are chosen as well.
 */
export const kernel = defineGranularity({
  name: 'kernel',
  title: 'Spatial kernels, each between an input and an output channel',
  source: 'Mao et al., arXiv 1705.08922 (2-D)',
  options,
  masks: (given, request) =>
    maskTiles(
      request,
      (layer) => {
        const { positions, inputs, outputs } = kernelView(layer);
        return { rows: positions, columns: inputs * outputs, tileRows: positions, tileColumns: 1 };
      },
      given.aggregate,
    ),
  refusal: (_given, { layers }) =>
    layers.some((layer) => kernelView(layer).positions > 1)
      ? []
      : [
          {
            key: ['pruning', 'granularity'],
            message:
              'every spatial kernel of the layers to prune is a single weight: use the granularity weight, or filter for whole outputs',
          },
        ],
});
