import * as z from 'zod';
import { inExportedOrder } from '../exported-order.ts';
import { kernelView } from '../kernel-view.ts';
import { maskTiles } from '../tile-masks.ts';
import { aggregateOption } from '../tiles.ts';
import { defineGranularity } from './granularity.ts';

const side = z.int().min(1).max(4096);
const options = z.strictObject({
  name: z.literal('block'),
  rows: side
    .default(4)
    .describe('Inputs of a block, neighbours in the exported file: rows of the kernel as a matrix.'),
  columns: side.default(4).describe('Outputs of a block: columns of the kernel as a matrix.'),
  aggregate: aggregateOption,
});

/**
 * Blocks of the kernel as a matrix of inputs × outputs: [in, out] of a dense layer, inputs in the order of the exported
 * file; of a convolution
 * [height · width · in, out], so that a block holds inputs of one place of the kernel where `in` is a multiple of its
 * rows; [height · width, channels] of a depthwise layer. Blocks at the far edges are smaller.
 */
export const block = defineGranularity({
  name: 'block',
  title: 'Blocks of the kernel matrix',
  source: 'Narang et al., arXiv 1711.02782',
  options,
  masks({ rows: tileRows, columns: tileColumns, aggregate }, request) {
    return inExportedOrder(request.layers, request.network, (layers) =>
      maskTiles(
        { ...request, layers },
        (layer) => {
          const { positions, inputs, outputs } = kernelView(layer);
          return { rows: positions * inputs, columns: outputs, tileRows, tileColumns };
        },
        aggregate,
      ),
    );
  },
});
