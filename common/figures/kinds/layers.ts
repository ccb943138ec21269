import * as z from 'zod';
import { defineFigure } from '../figure.ts';
import { curveOptions, drawCurves } from '../curve-panels.ts';
import { seriesTable } from '../series.ts';

const options = z.strictObject({
  ...curveOptions,
  columns: z.int().min(1).max(6).default(3).describe('Panels side by side.'),
  layers: z
    .array(z.string().max(1000))
    .max(60)
    .default([])
    .describe('Layers in the order of their panels; none: all of them.'),
});

/** Small multiples: a measure of every layer, a panel each, all with the same axes. */
export const layers = defineFigure({
  id: 'layers',
  title: 'By layer',
  description: 'A measure of each layer against epochs, a panel a layer with shared axes: means over seeds.',
  shape: 'layers',
  options,
  draw: drawCurves,
  table: seriesTable,
});
