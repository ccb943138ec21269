import { CascadeError } from '../errors.ts';
import type { SqlValue } from '../sql/schema.ts';
import { decodeFrame, encodeFrame, type FrameBytes } from './frames.ts';

/** What a query answered: a table, of which `cut` tells why it ends before the last row. */
export interface SqlResult {
  columns: string[];
  rows: SqlValue[][];
  /** A sentence where rows were left out; null where these are all. */
  cut: string | null;
  /** Milliseconds that it took. */
  took: number;
}

/** Made where the rows are read, and passed on unread: the body is JSON. */
export function encodeResult(result: SqlResult): Uint8Array<ArrayBuffer> {
  return encodeFrame({ kind: 'result' }, new TextEncoder().encode(JSON.stringify(result)));
}

/** @throws CascadeError BAD_FRAME */
export function decodeResult(frame: FrameBytes): SqlResult {
  try {
    return JSON.parse(new TextDecoder().decode(decodeFrame('result', frame).body)) as SqlResult;
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    throw new CascadeError('BAD_FRAME', 'The answer is cut off: reload the window.');
  }
}
