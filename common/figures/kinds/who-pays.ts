import * as z from 'zod';
import { barsTable, drawBars } from '../bar-panels.ts';
import { barOptions } from '../bar-options.ts';
import { defineFigure } from '../figure.ts';
import { styleOf } from '../style.ts';
import { Typesetter } from '../typesetter.ts';

const options = z.strictObject({
  ...barOptions,
  before: z
    .string()
    .max(1000)
    .nullable()
    .default(null)
    .describe(
      'Name of the group, or id of the run, that answers before; the first group that does not prune where none is given.',
    ),
  after: z
    .string()
    .max(1000)
    .nullable()
    .default(null)
    .describe('The same of the answers after; the first other group that prunes where none is given.'),
  beforeAt: z
    .string()
    .max(40)
    .default('last')
    .describe('When: last, before, pruned, last-pruned, before-N (the pruning of epoch N), or an epoch.'),
  afterAt: z.string().max(40).default('last').describe('The same of the answers after.'),
});

/** Which classes lose their right answers from one group to another. */
export const whoPays = defineFigure({
  id: 'who-pays',
  title: 'Who pays',
  description:
    'By class, the share of test images that lose and that win their right answer from one group to another, paired by seed.',
  shape: 'answers',
  options,
  draw: (panels, given, { metrics, style, facts }) =>
    drawBars(new Typesetter(metrics, styleOf(style)), panels, given, facts, ['paired by seed']),
  table: barsTable,
});
