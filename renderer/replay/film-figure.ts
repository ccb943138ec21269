import type { FigureGiven } from '../../common/figures/specification.ts';
import { literal } from '../../common/figures/text.ts';

interface Shown {
  runs: readonly { id: string; title: string }[];
  /** The epoch that is shown, and those that there are. */
  epoch: number;
  epochs: readonly number[];
  prunings: readonly number[];
  /** The layer whose weights are open; null for the channels of all. */
  layer: string | null;
  threshold: string;
}

/** Epochs that are chosen by themselves: a person chooses others in the figure. */
const MOST = 6;

/** A filmstrip of what the replay shows: the moment between the first and the last epoch, and the first prunings. */
export function filmFigure({
  runs,
  epoch,
  epochs,
  prunings,
  layer,
  threshold,
}: Shown): Omit<FigureGiven, 'name'> {
  const wanted = [epoch, epochs[0], epochs.at(-1), ...prunings].filter((at) => at !== undefined);
  const chosen = [...new Set(wanted)].filter((at) => epochs.includes(at)).slice(0, MOST);
  return {
    kind: 'filmstrip',
    query: `id in [${runs.map(({ id }) => id).join(', ')}]`,
    groupBy: ['id'],
    labels: Object.fromEntries(runs.map(({ id, title }) => [id, literal(title)])),
    threshold,
    options: {
      epochs: chosen.sort((one, other) => one - other),
      ...(layer === null ? {} : { view: 'weights', layer }),
    },
  };
}
