import type { ChannelTable } from '../../common/records.ts';
import { decodeChannelFrame } from '../../common/codec/channel-frames.ts';
import type { ChannelCounts, FrameBytes } from '../../common/codec/frames.ts';

/** Epochs asked for in one call: an answer of some megabytes at most, so that the first picture comes soon. */
export const WINDOW = 16;

/** The channel tables of a run, those epochs that were read. */
export class ChannelHistory {
  private readonly epochs = new Map<number, Map<string, ChannelTable>>();
  /** What was told last of where counts over what another run keeps come from; null where nothing was. */
  counts: ChannelCounts | null = null;

  /** Takes in a channel frame and answers with the epochs that it brought. */
  add(frame: FrameBytes): number[] {
    const { epochs, counts } = decodeChannelFrame(frame);
    this.counts = counts ?? this.counts;
    // Of an answer of several epochs each is copied: a view would hold all of it for as long as one is held.
    const whole = epochs.size === 1;
    for (const [epoch, layers] of epochs) this.epochs.set(epoch, whole ? layers : copied(layers));
    return [...epochs.keys()];
  }

  /** Bytes of the tables of one epoch; 0 before the first was read. */
  get bytesPerEpoch(): number {
    const [layers] = this.epochs.values();
    return layers ? bytesOf(layers) : 0;
  }

  /** Bytes of all that is held. */
  get bytes(): number {
    return [...this.epochs.values()].reduce((sum, layers) => sum + bytesOf(layers), 0);
  }

  /** Forgets what is furthest from a moment until the rest takes `budget` bytes; the moment itself stays. */
  keepAround(moment: number, budget: number): void {
    const most = epochsWithin(budget, this.bytesPerEpoch);
    if (this.epochs.size <= most) return;
    const byDistance = [...this.epochs.keys()].sort(
      (one, other) => Math.abs(one - moment) - Math.abs(other - moment),
    );
    for (const epoch of byDistance.slice(most)) this.epochs.delete(epoch);
  }

  has(epoch: number): boolean {
    return this.epochs.has(epoch);
  }

  /** Forgets an epoch, because a resumed run may measure it anew. */
  forget(epoch: number): void {
    this.epochs.delete(epoch);
  }

  /** Of all layers, by their names; the same as long as the epoch is held. */
  tables(epoch: number): ReadonlyMap<string, ChannelTable> | null {
    return this.epochs.get(epoch) ?? null;
  }

  table(epoch: number, layer: string): ChannelTable | null {
    return this.epochs.get(epoch)?.get(layer) ?? null;
  }
}

function bytesOf(layers: ReadonlyMap<string, ChannelTable>): number {
  return [...layers.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
}

function copied(layers: ReadonlyMap<string, ChannelTable>): Map<string, ChannelTable> {
  return new Map([...layers].map(([name, table]) => [name, { ...table, values: table.values.slice() }]));
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
  const most = epochsWithin(budget, bytesPerEpoch);
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
