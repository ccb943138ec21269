import * as z from 'zod';
import { defineFigure } from '../figure.ts';
import { drawMatrices, matrixTable } from '../matrices.ts';
import { matrixOptions } from '../matrix-options.ts';
import { unfinishedNote } from '../series.ts';

const options = z.strictObject({
  ...matrixOptions,
  between: z
    .enum(['runs', 'groups', 'epochs'])
    .default('runs')
    .describe(
      'Runs after their last epochs, means over the pairs of runs of two groups, or epochs of a run.',
    ),
  what: z
    .enum(['kept', 'alive', 'shed'])
    .default('kept')
    .describe('All kept weights, those above the threshold, or those at and below it.'),
  number: z
    .enum(['jaccard', 'beyond'])
    .default('jaccard')
    .describe('Share of either set that is in both, or that minus what sets drawn at random would share.'),
  layer: z.string().max(1000).nullable().default(null).describe('One layer instead of the network.'),
  when: z
    .string()
    .max(40)
    .default('last')
    .describe(
      'When runs are looked at: last, before, pruned, last-pruned (right after a pruning), or an epoch.',
    ),
  epochs: z
    .array(z.int().min(0))
    .max(64)
    .default([])
    .describe('Epochs that are compared; none: up to 21 from the first to the last.'),
});

/** What kept, alive or shed weights have in common, as a matrix. */
export const overlap = defineFigure({
  id: 'matrix',
  title: 'Overlap matrix',
  description:
    'How much of their kept, alive or shed weights runs, groups or epochs have in common: Jaccard index, or beyond chance.',
  shape: 'overlap',
  options,
  draw: (panels, given, { metrics, style, facts }) => {
    const means =
      given.between === 'groups' ? ['off the diagonal and on it, means over pairs of different runs'] : [];
    const over = given.between === 'epochs' ? countNote(panels.map(({ groups }) => groups[0]?.n ?? 0)) : [];
    const told = [...new Set(panels.flatMap((panel) => panel.told ?? []))];
    const note = [...told, ...means, ...over, ...unfinishedNote(facts)].join('; ');
    return drawMatrices(metrics, style, panels, given, note === '' ? [] : [note]);
  },
  table: matrixTable,
});

function countNote(counts: readonly number[]): string[] {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (counts.length === 0 || most < 2) return [];
  return [`means over $n = ${least === most ? most : `${least}$–$${most}`}$ runs`];
}
