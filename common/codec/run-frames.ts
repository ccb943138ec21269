import type { RunSummary } from '../contract/schemas.ts';
import { decodeFrame, encodeFrame, type FrameBytes } from './frames.ts';

/** The list of runs as one frame, made where the runs are read, so that whoever passes it on need not look into it. */
export function encodeRuns(runs: readonly RunSummary[]): Uint8Array<ArrayBuffer> {
  return encodeFrame({ kind: 'runs' }, new TextEncoder().encode(JSON.stringify(runs)));
}

/** The runs of a frame, in its order. @throws CascadeError BAD_FRAME */
export function decodeRuns(frame: FrameBytes): RunSummary[] {
  return JSON.parse(new TextDecoder().decode(decodeFrame('runs', frame).body)) as RunSummary[];
}
