import { blockedChannels } from '../../common/cascade/composition.ts';
import type { ChannelTable } from '../../common/records.ts';
import { decodeChannelFrame } from '../../common/codec/channel-frames.ts';
import type { FrameBytes } from '../../common/codec/frames.ts';

/** Epochs asked for in one call: an answer of some megabytes at most, so that the first picture comes soon. */
export const WINDOW = 16;

/** The channel tables of a run, all epochs that were read, each a view into the answer it came in. */
export class ChannelHistory {
  thresholds: readonly string[] = [];
  private readonly epochs = new Map<number, Map<string, ChannelTable>>();

  /** Takes in a channel frame and answers with the epochs that it brought. */
  add(frame: FrameBytes): number[] {
    const { thresholds, epochs } = decodeChannelFrame(frame);
    this.thresholds = thresholds;
    for (const [epoch, layers] of epochs) this.epochs.set(epoch, layers);
    return [...epochs.keys()];
  }

  /** Bytes of the tables of one epoch; 0 before the first was read. */
  get bytesPerEpoch(): number {
    const [layers] = this.epochs.values();
    return layers ? [...layers.values()].reduce((sum, { values }) => sum + values.byteLength, 0) : 0;
  }

  /** Forgets all epochs but those within [from, to]. */
  keepWithin(from: number, to: number): void {
    for (const epoch of this.epochs.keys()) if (epoch < from || epoch > to) this.epochs.delete(epoch);
  }

  has(epoch: number): boolean {
    return this.epochs.has(epoch);
  }

  /** Forgets an epoch, because a resumed run may measure it anew. */
  forget(epoch: number): void {
    this.epochs.delete(epoch);
  }

  table(epoch: number, layer: string): ChannelTable | null {
    return this.epochs.get(epoch)?.get(layer) ?? null;
  }

  /** Channels, of all layers, that are blocked after an epoch; null where it was not read. */
  blocked(epoch: number): number | null {
    const layers = this.epochs.get(epoch);
    if (!layers) return null;
    return [...layers.values()].reduce((sum, table) => sum + blockedChannels(table), 0);
  }
}

/** Epochs whose tables take so many bytes; one where it is not known yet what one takes. */
export function epochsWithin(bytes: number, bytesPerEpoch: number): number {
  return bytesPerEpoch === 0 ? 1 : Math.max(1, Math.floor(bytes / bytesPerEpoch));
}

/**
 * Of very many epochs those around a moment whose tables take `budget` bytes together; all of them where they take less.
 */
export function epochsAround(
  epochs: readonly number[],
  moment: number,
  bytesPerEpoch: number,
  budget: number,
): readonly number[] {
  const most = Math.max(WINDOW, epochsWithin(budget, bytesPerEpoch));
  if (epochs.length <= most) return epochs;
  const at = Math.max(
    0,
    epochs.findIndex((epoch) => epoch >= moment),
  );
  const from = Math.min(Math.max(0, at - Math.floor(most / 2)), epochs.length - most);
  return epochs.slice(from, from + most);
}

/** Windows [from, to] of at most `span` epochs that cover those not yet read, the one around `first` in front. */
export function missingWindows(
  epochs: readonly number[],
  has: (epoch: number) => boolean,
  first: number,
  span = WINDOW,
): { from: number; to: number }[] {
  const windows: { from: number; to: number }[] = [];
  for (const epoch of epochs) {
    if (has(epoch)) continue;
    const last = windows.at(-1);
    if (last && epoch - last.from < span) last.to = epoch;
    else windows.push({ from: epoch, to: epoch });
  }
  const distance = (window: { from: number; to: number }) =>
    first < window.from ? window.from - first : Math.max(0, first - window.to);
  return windows.sort((one, other) => distance(one) - distance(other));
}
