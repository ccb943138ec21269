import type { ChannelTable } from '../records.ts';
import { decodeFrame, type ChannelCounts, type FrameBytes } from './frames.ts';

/** The channel tables within a channel frame, by epoch and layer, each a view into the frame. @throws CascadeError BAD_FRAME */
export function decodeChannelFrame(frame: FrameBytes): {
  thresholds: readonly string[];
  epochs: Map<number, Map<string, ChannelTable>>;
  /** See `Continued`. */
  next: number | null;
  counts: ChannelCounts | null;
} {
  const { header, body } = decodeFrame('channels', frame);
  const floats = new Float32Array(body.buffer, body.byteOffset, Math.floor(body.byteLength / 4));
  let offset = 0;
  const layers = (): Map<string, ChannelTable> =>
    new Map(
      header.layers.map(({ name, channels, rows }) => {
        const values = floats.subarray(offset, (offset += rows * channels));
        return [name, { values, channels, thresholds: header.thresholds.length }];
      }),
    );
  return {
    thresholds: header.thresholds,
    epochs: new Map(header.epochs.map((epoch) => [epoch, layers()])),
    next: header.next,
    counts: header.counts ?? null,
  };
}
