import { WEIGHT_STATES } from '../../common/cascade/composition.ts';
import type { TrackEpoch } from '../../common/contract/track-schemas.ts';
import type { PrunableLayer } from '../../common/network.ts';
import type { Range } from './zoom.ts';

/** Columns of a track at most: more epochs are told by some of them, each for as many as follow it. */
export const MOST_COLUMNS = 400;
const STATES = WEIGHT_STATES.length;

/**
 * Of how many epochs one is told, so that a range has at most so many: a power of two, of whose multiples those of a larger one are
 * some. What was read for one level is there for the next.
 */
export function strideFor({ from, to }: Range, most = MOST_COLUMNS): number {
  let every = 1;
  while (Math.floor(to / every) - Math.ceil(from / every) + 1 > most) every *= 2;
  return every;
}

/** Epochs that tell a range at a level: the one that holds at its beginning first. */
export function epochsTelling({ from, to }: Range, every: number): number[] {
  const first = Math.floor(from / every) * every;
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / every) + 1) },
    (_, at) => first + at * every,
  );
}

/** States of weights after those epochs that were read. */
export class StateTracks {
  private readonly epochs = new Map<number, Float64Array>();
  private readonly places: ReadonlyMap<string, number>;
  private readonly weights: readonly number[];
  readonly total: number;

  constructor(layers: readonly PrunableLayer[]) {
    this.places = new Map(layers.map(({ name }, place) => [name, place]));
    this.weights = layers.map(({ weights }) => weights);
    this.total = this.weights.reduce((sum, weights) => sum + weights, 0);
  }

  add(rows: readonly TrackEpoch[]): void {
    for (const { epoch, states } of rows) {
      const counts = new Float64Array((this.weights.length + 1) * STATES);
      for (const [name, list] of Object.entries(states)) {
        const place = this.places.get(name);
        if (place === undefined) continue;
        list.forEach((count, state) => {
          counts[(place + 1) * STATES + state] = count;
          counts[state]! += count;
        });
      }
      this.epochs.set(epoch, counts);
    }
  }

  has(epoch: number): boolean {
    return this.epochs.has(epoch);
  }

  forget(epoch: number): void {
    this.epochs.delete(epoch);
  }

  /** Weights that a track is of: a layer's, or all. */
  weightsOf(layer: string | null): number {
    return layer === null ? this.total : (this.weights[this.places.get(layer) ?? -1] ?? 0);
  }

  /** Weights by state after an epoch, of a layer or of all, in the order of `WEIGHT_STATES`; null where it was not read. */
  counts(epoch: number, layer: string | null): Float64Array | null {
    const counts = this.epochs.get(epoch);
    const place = layer === null ? 0 : (this.places.get(layer) ?? -2) + 1;
    if (counts === undefined || place < 0) return null;
    return counts.subarray(place * STATES, (place + 1) * STATES);
  }
}

/** One column of a track: what is told of the epochs [from, to). */
export interface TrackColumn {
  from: number;
  to: number;
  /** Shares of the track's weights, in the order of `WEIGHT_STATES`. */
  shares: number[];
}

/** The columns of a track, of those epochs that were read; the last one holds until `end`. */
export function columnsOf(
  tracks: StateTracks,
  layer: string | null,
  told: readonly number[],
  every: number,
  end: number,
): TrackColumn[] {
  const weights = tracks.weightsOf(layer);
  return told.flatMap((epoch) => {
    const counts = tracks.counts(epoch, layer);
    if (counts === null || weights === 0) return [];
    return [
      { from: epoch, to: Math.min(epoch + every, end), shares: [...counts].map((count) => count / weights) },
    ];
  });
}

/** Windows of missing epochs, in order: what one call asks for. Null where all are there. */
export function missingFrom(told: readonly number[], has: (epoch: number) => boolean): Range | null {
  const from = told.find((epoch) => !has(epoch));
  const to = told.findLast((epoch) => !has(epoch));
  return from === undefined || to === undefined ? null : { from, to };
}
