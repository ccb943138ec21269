import { CascadeError } from '../errors.ts';
import type { FigureKind } from './figure.ts';
import { curves } from './kinds/curves.ts';
import { table } from './kinds/table.ts';
import { tradeOff } from './kinds/trade-off.ts';

/** All kinds of figure, in the order in which they are offered. */
export const FIGURE_KINDS: readonly FigureKind[] = [curves, tradeOff, table];

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
