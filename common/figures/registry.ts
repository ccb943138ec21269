import { CascadeError } from '../errors.ts';
import type { FigureKind } from './figure.ts';
import { bars } from './kinds/bars.ts';
import { curves } from './kinds/curves.ts';
import { filmstrip } from './kinds/filmstrip.ts';
import { heatMap } from './kinds/heat-map.ts';
import { layers } from './kinds/layers.ts';
import { overlap } from './kinds/overlap.ts';
import { table } from './kinds/table.ts';
import { tradeOff } from './kinds/trade-off.ts';
import { whoPays } from './kinds/who-pays.ts';

/** All kinds of figure, in the order in which they are offered. */
export const FIGURE_KINDS: readonly FigureKind[] = [
  curves,
  layers,
  tradeOff,
  bars,
  table,
  overlap,
  heatMap,
  whoPays,
  filmstrip,
];

/** @throws CascadeError UNKNOWN_FIGURE */
export function figureKind(id: string): FigureKind {
  const kind = FIGURE_KINDS.find((one) => one.id === id);
  if (kind === undefined)
    throw new CascadeError(
      'UNKNOWN_FIGURE',
      `'${id}' is no kind of figure: choose ${FIGURE_KINDS.map((one) => one.id).join(', ')}.`,
    );
  return kind;
}
