import * as z from 'zod';
import { defineFigure } from '../figure.ts';
import { drawMatrices, matrixTable } from '../matrices.ts';
import { matrixOptions } from '../matrix-options.ts';
import { meanNote, unfinishedNote } from '../series.ts';

const options = z.strictObject({
  ...matrixOptions,
  layers: z
    .array(z.string().max(1000))
    .max(500)
    .default([])
    .describe('Layers from top to bottom; none: all of them.'),
});

/** A measure of every layer after every epoch: where in the network something begins, and when. */
export const heatMap = defineFigure({
  id: 'heat-map',
  title: 'Layers × epochs',
  description:
    'A measure of every layer after every epoch as colours, a matrix for each group: means over seeds.',
  shape: 'layerEpochs',
  options,
  draw: (panels, given, { metrics, style, facts }) => {
    const groups = panels.flatMap(({ groups: each }) => each);
    const note = [...meanNote(groups, { ...facts, spread: 'none' }), ...unfinishedNote(facts)].join('; ');
    return drawMatrices(metrics, style, panels, given, note === '' ? [] : [note]);
  },
  table: matrixTable,
});
