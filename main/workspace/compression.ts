import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { CascadeError } from '../../common/errors.ts';

/**
 * A stored blob: its method (1 byte), then the content as it is (method 2), or the length of the content (uint32, little endian)
 * and the content by Zstandard (1) or, in blobs of earlier versions, as it is (0). Gaps between bits are nearly random bytes: what
 * compression makes hardly smaller stays as it is and is read without it.
 */

const HEADER = 5;
const PLAIN = 0;
const ZSTANDARD = 1;
const BARE = 2;

/** Level 1 is not only the fastest: on bit planes it also gives the smallest result of levels 1 to 6. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export function compress(content: Uint8Array): Uint8Array {
  const packed = zstdCompressSync(content, LEVEL);
  if (packed.length + HEADER >= content.length * 0.9) {
    const bare = new Uint8Array(1 + content.length);
    bare[0] = BARE;
    bare.set(content, 1);
    return bare;
  }
  const blob = new Uint8Array(HEADER + packed.length);
  blob[0] = ZSTANDARD;
  new DataView(blob.buffer).setUint32(1, content.length, true);
  blob.set(packed, HEADER);
  return blob;
}

export function decompress(blob: Uint8Array): Uint8Array {
  if (blob[0] === BARE) return blob.subarray(1);
  const stored = blob.subarray(HEADER);
  if (blob[0] === PLAIN) return stored;
  const length = new DataView(blob.buffer, blob.byteOffset, blob.byteLength).getUint32(1, true);
  // One chunk with room to spare: the content comes out in one piece instead of in many that are joined.
  // Never more than it was written with: a few bytes can stand for gigabytes.
  const content = withinLength(() =>
    zstdDecompressSync(stored, { chunkSize: length + 64, maxOutputLength: length + 64 }),
  );
  if (content?.length !== length)
    throw new CascadeError(
      'WORKSPACE_CORRUPT',
      'A stored table has another length than it was written with.',
    );
  return content;
}

/** Null where it came out longer than it may. */
function withinLength(work: () => Uint8Array): Uint8Array | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw error;
  }
}

/**
 * Float32 numbers with their first bytes together, then their second bytes and so on: neighbours share exponents,
 * so this compresses much better than number after number.
 */
export function compressFloats(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const shuffled = new Uint8Array(bytes.length);
  const count = values.length;
  for (let index = 0; index < count; index++)
    for (let byte = 0; byte < 4; byte++) shuffled[byte * count + index] = bytes[index * 4 + byte]!;
  return compress(shuffled);
}

/** What `compressFloats` was given, to the bit. */
export function decompressFloats(blob: Uint8Array): Float32Array<ArrayBuffer> {
  const packed = packedFloats(blob);
  const values = new Float32Array(packed.length);
  packed.read(0, values);
  return values;
}

/** What `compressFloats` was given, to be read in parts. */
export interface PackedFloats {
  length: number;
  /** Fills `into` with the numbers from `from` on. */
  read(from: number, into: Float32Array): void;
}

export function packedFloats(blob: Uint8Array): PackedFloats {
  const shuffled = decompress(blob);
  const length = shuffled.length / 4;
  return {
    length,
    read: (from, into) => {
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      for (let index = 0; index < into.length; index++)
        for (let byte = 0; byte < 4; byte++)
          bytes[index * 4 + byte] = shuffled[byte * length + from + index]!;
    },
  };
}

/** Whether two arrays hold the same bytes: numbers to the bit, NaN and −0 too. */
export function equalBytes(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return (
    Buffer.compare(
      Buffer.from(one.buffer, one.byteOffset, one.byteLength),
      Buffer.from(other.buffer, other.byteOffset, other.byteLength),
    ) === 0
  );
}
