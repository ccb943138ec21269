import { blockedChannels } from '../../common/cascade/composition.ts';
import type { ChannelTable } from '../../common/cascade/composition.ts';
import { decodeFrame } from '../../common/codec/frames.ts';

/** Epochs asked for in one call: an answer of some megabytes at most, so that the first picture comes soon. */
export const WINDOW = 16;

interface LayerSpan {
  name: string;
  channels: number;
  rows: number;
  /** First float of the layer within an epoch. */
  offset: number;
}

/** The channel tables of a run, all epochs that were read, each a view into the answer it came in. */
export class ChannelHistory {
  thresholds: readonly string[] = [];
  private layers = new Map<string, LayerSpan>();
  private readonly epochs = new Map<number, Float32Array>();

  /** Takes in a channel frame and answers with the epochs that it brought. */
  add(buffer: ArrayBuffer): number[] {
    const { header, body } = decodeFrame('channels', buffer);
    this.thresholds = header.thresholds;
    let size = 0;
    this.layers = new Map(
      header.layers.map((layer) => {
        const span = { ...layer, offset: size };
        size += layer.rows * layer.channels;
        return [layer.name, span];
      }),
    );
    const floats = new Float32Array(body.buffer, body.byteOffset, Math.floor(body.byteLength / 4));
    header.epochs.forEach((epoch, index) =>
      this.epochs.set(epoch, floats.subarray(index * size, (index + 1) * size)),
    );
    return header.epochs;
  }

  has(epoch: number): boolean {
    return this.epochs.has(epoch);
  }

  /** Forgets an epoch, because a resumed run may measure it anew. */
  forget(epoch: number): void {
    this.epochs.delete(epoch);
  }

  table(epoch: number, layer: string): ChannelTable | null {
    const floats = this.epochs.get(epoch);
    const span = this.layers.get(layer);
    if (!floats || !span) return null;
    return {
      values: floats.subarray(span.offset, span.offset + span.rows * span.channels),
      channels: span.channels,
      thresholds: this.thresholds.length,
    };
  }

  /** The last epoch before `epoch` that was read, or null. */
  before(epoch: number): number | null {
    let last: number | null = null;
    for (const known of this.epochs.keys())
      if (known < epoch && (last === null || known > last)) last = known;
    return last;
  }

  /** Channels, of all layers, that are blocked after an epoch; null where it was not read. */
  blocked(epoch: number): number | null {
    if (!this.epochs.has(epoch)) return null;
    let count = 0;
    for (const name of this.layers.keys()) {
      const table = this.table(epoch, name);
      if (table) count += blockedChannels(table);
    }
    return count;
  }
}

/** Windows [from, to] that cover the epochs not yet read, the one around `first` in front. */
export function missingWindows(
  epochs: readonly number[],
  has: (epoch: number) => boolean,
  first: number,
): { from: number; to: number }[] {
  const windows: { from: number; to: number }[] = [];
  for (const epoch of epochs) {
    if (has(epoch)) continue;
    const last = windows.at(-1);
    if (last && epoch - last.from < WINDOW) last.to = epoch;
    else windows.push({ from: epoch, to: epoch });
  }
  const distance = (window: { from: number; to: number }) =>
    first < window.from ? window.from - first : Math.max(0, first - window.to);
  return windows.sort((one, other) => distance(one) - distance(other));
}
