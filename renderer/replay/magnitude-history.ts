import { decodeFrame, type FrameBytes } from '../../common/codec/frames.ts';
import { decodeMagnitudes } from '../../common/codec/magnitude-counts.ts';
import { countedWeights, sumMagnitudes, type MagnitudeCounts } from '../../common/cascade/magnitudes.ts';

/** Histograms of a run's epochs as they were read. Those of a scope are decoded when they are first drawn. */
export class MagnitudeHistory {
  #layers: readonly string[] = [];
  readonly #bytes = new Map<number, Uint8Array>();
  /** By layer ('' is the whole network) and epoch. */
  readonly #decoded = new Map<string, MagnitudeCounts | null>();

  /** Takes what a frame tells. @returns the first epoch that it had no room for; null where all are told */
  read(frame: FrameBytes): number | null {
    const { header, body } = decodeFrame('magnitudes', frame);
    this.#layers = header.layers;
    let from = 0;
    header.epochs.forEach((epoch, place) => {
      this.#bytes.set(epoch, body.slice(from, (from += header.sizes[place]!)));
    });
    return header.next;
  }

  has(epoch: number): boolean {
    return this.#bytes.has(epoch);
  }

  get epochs(): number[] {
    return [...this.#bytes.keys()];
  }

  /** Of a layer, or of all together; null where the epoch was not read, or there is no such layer. */
  counts(epoch: number, layer: string | null): MagnitudeCounts | null {
    const bytes = this.#bytes.get(epoch);
    if (bytes === undefined) return null;
    const key = `${epoch}/${layer ?? ''}`;
    let counts = this.#decoded.get(key);
    if (counts === undefined) {
      const all = decodeMagnitudes(bytes, this.#layers.length);
      counts = layer === null ? sumMagnitudes(all) : (all[this.#layers.indexOf(layer)] ?? null);
      this.#decoded.set(key, counts);
    }
    return counts;
  }
}

/** Bins of an axis at most, some fifteen factors of ten: what is smaller stands in the first. */
const MOST_BINS = 200;

/** What all epochs of a scope have room in: an axis that does not move while one steps through them. */
export interface MagnitudeExtent {
  first: number;
  /** One past the last bin. */
  past: number;
  /** The largest share of the counted weights in one bin. */
  most: number;
}

/** Null where no epoch has a weight in a bin. */
export function extentOf(
  histories: readonly MagnitudeHistory[],
  layer: string | null,
): MagnitudeExtent | null {
  let extent: MagnitudeExtent | null = null;
  for (const history of histories)
    for (const epoch of history.epochs) {
      const counts = history.counts(epoch, layer);
      if (counts === null || counts.counts.length === 0) continue;
      const most = counts.counts.reduce((high, count) => Math.max(high, count), 0) / countedWeights(counts);
      const past = counts.first + counts.counts.length;
      extent ??= { first: counts.first, past, most };
      extent.first = Math.min(extent.first, counts.first);
      extent.past = Math.max(extent.past, past);
      extent.most = Math.max(extent.most, most);
    }
  return extent && { ...extent, first: Math.max(extent.first, extent.past - MOST_BINS) };
}
