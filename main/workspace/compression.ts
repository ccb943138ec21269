import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Zstandard, at a level that keeps up with training. */
export function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
}

export function decompress(bytes: Uint8Array): Uint8Array {
  return zstdDecompressSync(bytes);
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
export function decompressFloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const shuffled = decompress(bytes);
  const count = shuffled.length / 4;
  const values = new Uint8Array(shuffled.length);
  for (let index = 0; index < count; index++)
    for (let byte = 0; byte < 4; byte++) values[index * 4 + byte] = shuffled[byte * count + index]!;
  return new Float32Array(values.buffer);
}
