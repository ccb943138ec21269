import * as z from 'zod';
import { kernelView } from '../kernel-view.ts';
import { maskTiles } from '../tile-masks.ts';
import { aggregateOption } from '../tiles.ts';
import { defineGranularity } from './granularity.ts';

const options = z.strictObject({ name: z.literal('filter'), aggregate: aggregateOption });

/**
 * Filters: all weights of one layer that make one of its output channels, or one unit of a dense layer. Other layers keep
 * what reads it: `channel` takes that as well.
 */
export const filter = defineGranularity({
  name: 'filter',
  title: 'Filters: one output channel of one layer',
  source: 'Li et al., arXiv 1608.08710',
  options,
  masks: (given, request) =>
    maskTiles(
      request,
      (layer) => {
        const { positions, inputs, outputs } = kernelView(layer);
        const rows = positions * inputs;
        return { rows, columns: outputs, tileRows: rows, tileColumns: 1 };
      },
      given.aggregate,
    ),
});
