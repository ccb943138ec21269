/** The bytes of a file that is looked into part by part, so that its beginning can be judged before the rest is in memory. */
export interface ByteSource {
  length: number;
  /** A copy of the bytes from `from` up to `to`, which must lie within it. */
  read(from: number, to: number): Uint8Array<ArrayBuffer>;
}

/** Bytes that are in memory already. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  // A Node Buffer's slice would still be a view into a pool.
  return { length: bytes.length, read: (from, to) => new Uint8Array(bytes.subarray(from, to)) };
}
