import * as z from 'zod';
import { sizeOf } from '../../common/network.ts';
import { CascadeError } from '../../common/errors.ts';
import { quoted } from '../base/names.ts';
import { sourceOf, type ByteSource } from './byte-source.ts';

/**
 * The safetensors format, as its README defines it: the header's length as uint64 (little endian), the header as JSON,
 * then the tensors' bytes. Python's `safetensors` opens what is written here.
 */
const ELEMENT_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E5M2: 1,
  F8_E4M3: 1,
  C64: 8,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;
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
/** The longest header that the format's own library reads, in bytes. */
const LONGEST_HEADER = 100_000_000;

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

/**
 * @throws CascadeError BAD_SAFETENSORS when the file is truncated, or its header is not what the format allows: keys
 *   once each, and tensors that cover the bytes after it without gap, overlap or rest
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { metadata, tensors } = openSafetensors(sourceOf(bytes));
  return {
    metadata,
    tensors: new Map([...tensors].map(([name, { dtype, shape, bytes }]) => [name, { dtype, shape, bytes }])),
  };
}

/**
 * The same without reading more than the header: the bytes of a tensor are read whenever they are asked for.
 *
 * @param longest bytes that the header may have
 * @throws CascadeError as `decodeSafetensors`
 */
export function openSafetensors(source: ByteSource, longest = LONGEST_HEADER): SafetensorsFile {
  const { header, start } = readHeader(source, longest);
  const file: SafetensorsFile = { metadata: {}, tensors: new Map() };
  const entries: [string, z.infer<typeof tensorSchema>][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      const metadata = metadataSchema.safeParse(value);
      if (!metadata.success) throw bad('has metadata that is not text');
      file.metadata = metadata.data;
      continue;
    }
    const { data: entry } = tensorSchema.safeParse(value);
    if (!entry) throw bad(`describes ${quoted(name)} in another form`);
    entries.push([name, entry]);
  }
  checkPlaces(entries, source.length - start);
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const [from, to] = data_offsets;
    file.tensors.set(name, {
      dtype,
      shape,
      get bytes() {
        return source.read(start + from, start + to);
      },
    });
  }
  return file;
}

/** Numbers of a tensor, read from their place in the file: from one index up to before another. */
export type ReadFloats = (from: number, to: number) => Float32Array<ArrayBuffer>;

/**
 * A few float32 tensors of a file that was written here, read part by part. Only their own entries of the header are looked at: of
 * hundreds of checkpoints, checking every entry of each would take seconds.
 *
 * @param wanted which tensors, by name; those of another type are left out
 * @throws CascadeError BAD_SAFETENSORS when the header, or an entry of these, is not what the format allows
 */
export function peekSafetensors(
  source: ByteSource,
  wanted: (name: string) => boolean,
): Pick<SafetensorsFile, 'metadata'> & { tensors: Map<string, ReadFloats> } {
  const { text, start } = readHeaderText(source, LONGEST_HEADER);
  const header = parsedHeader(text);
  const tensors = new Map<string, ReadFloats>();
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA || !wanted(name)) continue;
    const { data: entry } = tensorSchema.safeParse(value);
    if (!entry) throw bad(`describes ${quoted(name)} in another form`);
    if (entry.dtype !== 'F32') continue;
    const [first, past] = entry.data_offsets;
    if (past - first !== 4 * sizeOf(entry.shape) || start + past > source.length)
      throw bad(`has a wrong place for ${quoted(name)}`);
    tensors.set(name, (from, to) => {
      if (from < 0 || to > (past - first) / 4) throw bad(`has no number ${to - 1} in ${quoted(name)}`);
      return new Float32Array(source.read(start + first + 4 * from, start + first + 4 * to).buffer);
    });
  }
  return { metadata: metadataSchema.safeParse(header[METADATA]).data ?? {}, tensors };
}

/** The header, and where the tensors' bytes begin. */
function readHeader(source: ByteSource, longest: number): { header: Record<string, unknown>; start: number } {
  const { text, start } = readHeaderText(source, longest);
  const header = parsedHeader(text);
  const twice = repeatedKey(text);
  if (twice !== null) throw bad(`describes ${quoted(twice)} twice`);
  return { header, start };
}

function readHeaderText(source: ByteSource, longest: number): { text: string; start: number } {
  if (source.length < 8) throw bad('is shorter than its header’s length');
  const length = Number(new DataView(source.read(0, 8).buffer).getBigUint64(0, true));
  if (length > source.length - 8) throw bad(`promises a header of ${length} bytes`);
  if (length > longest) throw bad(`has a header of ${length} bytes, where at most ${longest} are read`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(source.read(8, 8 + length));
    return { text, start: 8 + length };
  } catch {
    throw bad('has a header that is not JSON');
  }
}

function parsedHeader(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad('has a header that is not JSON');
  }
  const header = headerSchema.safeParse(parsed);
  if (!header.success) throw bad('has a header of another form');
  return header.data;
}

/** Tensors must cover the bytes after the header without gap, overlap or rest: the format forbids all three. */
function checkPlaces(
  entries: readonly (readonly [string, z.infer<typeof tensorSchema>])[],
  length: number,
): void {
  let end = 0;
  let before: string | null = null;
  for (const [name, { dtype, shape, data_offsets }] of [...entries].sort(
    ([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1],
  )) {
    const [from, to] = data_offsets;
    const expected = sizeOf(shape) * ELEMENT_BYTES[dtype];
    if (to > length || to - from !== expected) throw bad(`has a wrong place for ${quoted(name)}`);
    if (from < end && before !== null) throw bad(`has ${quoted(name)} overlap ${quoted(before)}`);
    if (from > end) throw bad(`has ${from - end} bytes before ${quoted(name)} that belong to no tensor`);
    [end, before] = [to, name];
  }
  if (end < length) throw bad(`has ${length - end} bytes after its last tensor`);
}

/** A key that stands twice in one object of valid JSON, whose parser keeps the last in silence; null where there is none. */
function repeatedKey(json: string): string | null {
  const objects: Set<string>[] = [];
  for (const [token, key] of json.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")\s*:|"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (key !== undefined) {
      const name = JSON.parse(key) as string;
      const known = objects.at(-1)!;
      if (known.has(name)) return name;
      known.add(name);
    }
  }
  return null;
}

function bad(what: string): CascadeError {
  return new CascadeError('BAD_SAFETENSORS', `The safetensors file ${what}: it is damaged, or not one.`);
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

const FLOATS = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;

/** Whether a tensor of this type can be read as float32. */
export function isFloat(dtype: SafetensorsType): boolean {
  return Object.hasOwn(FLOATS, dtype);
}

/**
 * A floating-point tensor's elements as float32, in a copy: F16 and BF16 exactly, F64 rounded to nearest.
 * @throws CascadeError BAD_SAFETENSORS when it holds another type
 */
export function floatsOf({ dtype, bytes, ...tensor }: SafetensorsTensor): Float32Array<ArrayBuffer> {
  const { buffer } = copyOf(bytes);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer));
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(buffer), halfOf);
  // The upper half of a float32.
  if (dtype === 'BF16')
    return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
  return float32Of({ dtype, bytes, ...tensor });
}

/** IEEE 754 binary16: sign, five bits of exponent with bias 15, ten bits of fraction. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A copy with a buffer of its own: a Node Buffer's slice would still be a view into a pool. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
