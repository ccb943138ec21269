import type { ImageFiles } from './row-decoder.ts';

/** What a thread of images is told when it starts. */
export type ImageTask = ImportTask | ServeTask;

/** Decode every row once, sharing them out among all threads that have the same words. */
export interface ImportTask {
  kind: 'import';
  files: ImageFiles;
  count: number;
  /** File to write the pixels of each row to, at its place; null where they are only looked at. */
  pixels: string | null;
  /** Int32: see NEXT_ROW and FAILURES. */
  words: SharedArrayBuffer;
  /** SHA-256 of each row's pixels, 32 bytes. */
  digests: SharedArrayBuffer;
  /** Float64 [row × channels × 2]: the sum of each channel's bytes, and that of their squares. */
  sums: SharedArrayBuffer;
}

export const NEXT_ROW = 0;
export const FAILURES = 1;
export const DIGEST_BYTES = 32;

/** A file that could not be used, and why. */
export interface ImportFailure {
  row: number;
  message: string;
}

/** Fill a ring with the rows that the trainer will want next. */
export interface ServeTask {
  kind: 'serve';
  /** A file of prepared pixels, or files to decode. */
  source: { pixels: string } | { files: ImageFiles };
  ring: Ring;
}

/** Memory that the trainer shares with the threads that read for it. */
export interface Ring {
  imageBytes: number;
  slots: number;
  /** Uint8 [slots × imageBytes]. */
  pixels: SharedArrayBuffer;
  /** Int32 of each slot: EMPTY, FILLED or FAILED. */
  states: SharedArrayBuffer;
  /** Int32: the rows to read, in order. Position p of it goes into slot p mod `slots`. */
  readingOrder: SharedArrayBuffer;
  /** Int32: TOTAL … FAILURE_BYTES. */
  words: SharedArrayBuffer;
  /** UTF-8: why a row could not be read. */
  failure: SharedArrayBuffer;
}

export const EMPTY = 0;
export const FILLED = 1;
export const FAILED = 2;

/** Rows in the reading order; 0 while it is being changed. */
export const TOTAL = 0;
/** Positions that threads have taken. */
export const TAKEN = 1;
/** Positions that the trainer is done with. */
export const CONSUMED = 2;
/** Threads that may be touching the reading order or the ring. */
export const BUSY = 3;
/** Counts what threads without work wait for. */
export const SIGNAL = 4;
export const CLOSED = 5;
export const FAILURE_BYTES = 6;
export const WORDS = 7;
