import * as z from 'zod';
import { barsTable, drawBars } from '../bar-panels.ts';
import { defineFigure } from '../figure.ts';
import { barOptions } from '../bar-options.ts';
import { styleOf } from '../style.ts';
import { Typesetter } from '../typesetter.ts';

/** Measures after the last epoch by group: mean, spread and single runs. */
export const bars = defineFigure({
  id: 'bars',
  title: 'Bars',
  description:
    'Measures after the last epoch as a bar for each group, with the spread and a dot for each run; clusters by a further key.',
  shape: 'bars',
  options: z.strictObject(barOptions),
  draw: (panels, given, { metrics, style, facts }) => {
    const columns = Math.max(1, Math.min(given.columns, panels.length));
    const rows = Math.max(1, Math.ceil(panels.length / columns));
    return drawBars(new Typesetter(metrics, styleOf(style, { rows, columns })), panels, given, facts);
  },
  table: barsTable,
});
