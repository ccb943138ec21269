import * as z from 'zod';
import { CascadeError } from '../errors.ts';

/**
 * The safetensors format, as its README defines it: the header's length as uint64 (little endian), the header as JSON,
 * then the tensors' bytes. Python's `safetensors` opens what is written here.
 */
const ELEMENT_BYTES = { F32: 4, F64: 8, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1 } as const;
export type SafetensorsType = keyof typeof ELEMENT_BYTES;

export interface SafetensorsTensor {
  dtype: SafetensorsType;
  shape: number[];
  bytes: Uint8Array;
}

export interface SafetensorsFile {
  metadata: Record<string, string>;
  tensors: Map<string, SafetensorsTensor>;
}

const ALIGNMENT = 8;

const METADATA = '__metadata__';
const metadataSchema = z.record(z.string(), z.string());
const tensorSchema = z.strictObject({
  dtype: z.enum(Object.keys(ELEMENT_BYTES) as SafetensorsType[]),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());

export function encodeSafetensors(file: SafetensorsFile): Uint8Array<ArrayBuffer> {
  // Wider elements first, so that every tensor is aligned without gaps, which the format forbids.
  const entries = [...file.tensors].sort(([, a], [, b]) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype]);
  const header: Record<string, unknown> = { [METADATA]: file.metadata };
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of entries) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT;
  const result = new Uint8Array(start + offset).fill(0x20, 8 + json.length, start);
  new DataView(result.buffer).setBigUint64(0, BigInt(start - 8), true);
  result.set(json, 8);
  let position = start;
  for (const [, { bytes }] of entries) {
    result.set(bytes, position);
    position += bytes.length;
  }
  return result;
}

/** @throws CascadeError BAD_SAFETENSORS when the file is truncated or its header does not fit its bytes */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const bad = (what: string): CascadeError =>
    new CascadeError('BAD_SAFETENSORS', `The safetensors file ${what}: it is damaged, or not one.`);
  if (bytes.length < 8) throw bad('is shorter than its header’s length');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.length - 8) throw bad(`promises a header of ${length} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw bad('has a header that is not JSON');
  }
  const header = headerSchema.safeParse(parsed);
  if (!header.success) throw bad('has a header of another form');
  const file: SafetensorsFile = { metadata: {}, tensors: new Map() };
  for (const [name, value] of Object.entries(header.data)) {
    if (name === METADATA) {
      const metadata = metadataSchema.safeParse(value);
      if (!metadata.success) throw bad('has metadata that is not text');
      file.metadata = metadata.data;
      continue;
    }
    const { data: entry } = tensorSchema.safeParse(value);
    if (!entry) throw bad(`describes '${name}' in another form`);
    const [from, to] = entry.data_offsets;
    const expected = entry.shape.reduce((product, size) => product * size, 1) * ELEMENT_BYTES[entry.dtype];
    if (to > bytes.length - 8 - length || to - from !== expected)
      throw bad(`has a wrong place for '${name}'`);
    const start = 8 + length + from;
    file.tensors.set(name, {
      dtype: entry.dtype,
      shape: entry.shape,
      bytes: copyOf(bytes.subarray(start, start + expected)),
    });
  }
  return file;
}

/**
 * A float32 tensor's elements, in a copy.
 * @throws CascadeError BAD_SAFETENSORS when it holds another type
 */
export function float32Of(tensor: SafetensorsTensor): Float32Array<ArrayBuffer> {
  if (tensor.dtype !== 'F32')
    throw new CascadeError('BAD_SAFETENSORS', `A tensor holds ${tensor.dtype} where F32 is needed.`);
  const copy = copyOf(tensor.bytes);
  return new Float32Array(copy.buffer, 0, copy.length / 4);
}

/** A copy with a buffer of its own: a Node Buffer's slice would still be a view into a pool. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
