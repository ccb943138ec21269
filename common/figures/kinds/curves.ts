import * as z from 'zod';
import { curveOptions, drawCurves } from '../curve-panels.ts';
import { defineFigure } from '../figure.ts';
import { seriesTable } from '../series.ts';

/** Measures against time, or against another measure: means over seeds and bands of their spread. */
export const curves = defineFigure({
  id: 'curves',
  title: 'Curves',
  description:
    'Measures against epochs, steps or another measure: a mean over seeds, with a band for the spread.',
  shape: 'series',
  options: z.strictObject(curveOptions),
  draw: drawCurves,
  table: seriesTable,
});
