import { WEIGHT_STATES } from '../../common/cascade/composition.ts';
import { count, percent } from '../format/numbers.ts';
import { stateName } from './state-names.ts';
import type { StateTracks } from './tracks.ts';

/** What a track says of an epoch: of what the shares are, and each that is not nothing with how many weights it is. */
export function trackWords(
  tracks: StateTracks,
  layer: string | null,
  epoch: number,
  every: number,
  threshold: string,
): string {
  const told = Math.floor(epoch / every) * every;
  const counts = tracks.counts(told, layer);
  const weights = tracks.weightsOf(layer);
  const what = layer ?? 'all layers';
  if (counts === null) return `epoch ${epoch} · ${what} · not read yet`;
  const states = WEIGHT_STATES.flatMap((state, at) => {
    const number = Math.round(counts[at] ?? 0);
    if (number === 0) return [];
    return [`${stateName(state, threshold, 'run')} ${percent(number / weights)} (${count(number)})`];
  });
  const level = every === 1 ? '' : `, told for ${count(every)} epochs from it on`;
  return `epoch ${told}${level} · ${what}, of ${count(weights)} weights: ${states.join(', ')}`;
}
