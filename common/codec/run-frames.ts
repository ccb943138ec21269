import type { RunSummary } from '../contract/schemas.ts';
import { decodeFrame, encodeFrame, type FrameBytes } from './frames.ts';

/**
 * The list of runs as one frame: its text is written where the runs are read, so that whoever passes it on need not look into
 * it. `changed` are those that stand otherwise than they are stored.
 */
export function encodeRuns(stored: Uint8Array, changed: readonly RunSummary[] = []): Uint8Array<ArrayBuffer> {
  return encodeFrame({ kind: 'runs', changed }, stored);
}

/** Runs as the text of such a frame. */
export function runsText(runs: readonly RunSummary[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(runs));
}

/** The runs of a frame, in its order. @throws CascadeError BAD_FRAME */
export function decodeRuns(frame: FrameBytes): RunSummary[] {
  const { header, body } = decodeFrame('runs', frame);
  const runs = JSON.parse(new TextDecoder().decode(body)) as RunSummary[];
  if (header.changed.length === 0) return runs;
  const changed = new Map(header.changed.map((run) => [run.id, run]));
  return runs.map((run) => changed.get(run.id) ?? run);
}
