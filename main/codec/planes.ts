import { CascadeError } from '../../common/errors.ts';
import { damagedPlanes } from './plane-errors.ts';
import { popcount32 } from './plane-words.ts';

/**
 * Bit planes: one bit a weight, least significant bit first, in the kernel's flattening. A key holds a stack of
 * planes; a patch holds what changed between two stacks, and applying it is an XOR: the same patch leads from the
 * earlier stack to the later one and back.
 *
 * Both: version (1 byte), number of planes (1 byte), 2 bytes of zero, then a uint32 (little endian) for each plane,
 * its data's length · 8 + its mode, then the data of every plane, padded to whole words. Modes: 0 no bit, 1 gaps between
 * bits as LEB128 integers, 2 the bits as they are; + 4, in keys only: what differs from the plane before.
 */

const VERSION = 1;
const HEADER = 4;
const PLANE_HEADER = 4;
const MODE_UNCHANGED = 0;
const MODE_GAPS = 1;
const MODE_RAW = 2;
const FROM_PLANE_BEFORE = 4;

/** Packs truthy entries into bits: ⌈length / 8⌉ bytes. */
export function packBits(bits: ArrayLike<number | boolean>): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(Math.ceil(bits.length / 8));
  for (let index = 0; index < bits.length; index++) if (bits[index]) packed[index >>> 3]! |= 1 << (index & 7);
  return packed;
}

/** The first `weights` bits as one byte each, 0 or 1. */
export function unpackBits(packed: Uint8Array, weights: number): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(weights);
  for (let index = 0; index < weights; index++) bits[index] = (packed[index >>> 3]! >>> (index & 7)) & 1;
  return bits;
}

/** Number of bits set. */
export function popcount(bits: Uint8Array): number {
  const words = wordsOf(bits);
  let count = 0;
  for (let index = 0; index < words.length; index++) count += popcount32(words[index]!);
  for (let index = words.length * 4; index < bits.length; index++) count += popcount32(bits[index]!);
  return count;
}

/** Number of bits set in both, which are of the same length. */
export function countBoth(one: Uint8Array, other: Uint8Array): number {
  const [first, second] = [wordsOf(one), wordsOf(other)];
  let count = 0;
  for (let index = 0; index < first.length; index++) count += popcount32(first[index]! & second[index]!);
  for (let index = first.length * 4; index < one.length; index++)
    count += popcount32(one[index]! & other[index]!);
  return count;
}

/** Number of bits set in `bits` and clear in `without`; both of the same length. */
export function countWithout(bits: Uint8Array, without: Uint8Array): number {
  const first = wordsOf(bits);
  const second = wordsOf(without);
  let count = 0;
  for (let index = 0; index < first.length; index++) count += popcount32(first[index]! & ~second[index]!);
  for (let index = first.length * 4; index < bits.length; index++)
    count += popcount32(bits[index]! & ~without[index]! & 0xff);
  return count;
}

/** target ^= source, over the same length. */
export function xorInto(target: Uint8Array, source: Uint8Array): void {
  if ((target.byteOffset & 3) !== 0) {
    for (let index = 0; index < target.length; index++) target[index]! ^= source[index]!;
    return;
  }
  const to = wordsOf(target);
  const from = wordsOf(source);
  for (let index = 0; index < to.length; index++) to[index]! ^= from[index]!;
  for (let index = to.length * 4; index < target.length; index++) target[index]! ^= source[index]!;
}

/** target &= source, over the same length. */
export function andInto(target: Uint8Array, source: Uint8Array): void {
  const isAligned = (target.byteOffset & 3) === 0;
  const to = isAligned ? wordsOf(target) : new Uint32Array();
  const from = isAligned ? wordsOf(source) : to;
  for (let index = 0; index < to.length; index++) to[index]! &= from[index]!;
  for (let index = to.length * 4; index < target.length; index++) target[index]! &= source[index]!;
}

/**
 * Positions of the set bits as gaps: each the number of clear bits since the one before, as LEB128. Answers null
 * when that would take more than `limit` bytes.
 */
export function encodeGaps(bits: Uint8Array, limit: number): Uint8Array | null {
  const gaps = new Uint8Array(limit + 5);
  const words = wordsOf(bits);
  let length = 0;
  let next = 0;
  const put = (position: number): boolean => {
    let gap = position - next;
    next = position + 1;
    while (gap > 0x7f) {
      gaps[length++] = (gap & 0x7f) | 0x80;
      gap >>>= 7;
    }
    gaps[length++] = gap;
    return length <= limit;
  };
  for (let index = 0; index < words.length; index++) {
    let word = words[index]!;
    while (word !== 0) {
      if (!put(index * 32 + 31 - Math.clz32(word & -word))) return null;
      word &= word - 1;
    }
  }
  for (let index = words.length * 4; index < bits.length; index++) {
    for (let bit = 0; bit < 8; bit++) if ((bits[index]! >>> bit) & 1 && !put(index * 8 + bit)) return null;
  }
  return gaps.subarray(0, length);
}

/** Flips the bits at the positions that `encodeGaps` wrote. */
export function flipGaps(target: Uint8Array, gaps: Uint8Array): void {
  const end = target.length * 8;
  let position = 0;
  for (let index = 0; index < gaps.length; index++) {
    let byte = gaps[index]!;
    let gap = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = gaps[++index] ?? 0;
      gap |= (byte & 0x7f) << shift;
    }
    position += gap;
    if (position >= end || gap < 0) throw damagedPlanes('a gap leads beyond the plane');
    target[position >>> 3]! ^= 1 << (position & 7);
    position++;
  }
}

interface Part {
  mode: number;
  data: Uint8Array;
}

/**
 * The patch between two stacks of `count` planes of the same size.
 * A plane that is not sparse is left as bits, because bits read faster than gaps and a general compressor brings
 * both to about the same size: gaps are taken only where they need at most an eighth of the bits' bytes.
 */
export function encodePatch(before: Uint8Array, after: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const size = planeSize(after, count);
  if (before.length !== after.length)
    throw new CascadeError(
      'BAD_PLANES',
      `A patch leads from ${before.length} bytes of planes to ${after.length}.`,
    );
  const changes = new Uint8Array(after);
  xorInto(changes, before);
  return assemble(
    Array.from({ length: count }, (_, plane) => partOf(changes.subarray(plane * size, (plane + 1) * size))),
  );
}

/**
 * A stack of planes by itself. The shed planes of a ladder of thresholds nearly contain one another, so a plane is
 * taken as what differs from the plane before it where that sets less than half as many bits.
 */
export function encodeKey(planes: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const size = planeSize(planes, count);
  return assemble(
    Array.from({ length: count }, (_, plane) => {
      const bits = planes.subarray(plane * size, (plane + 1) * size);
      if (plane === 0) return partOf(bits);
      const difference = new Uint8Array(bits);
      xorInto(difference, planes.subarray((plane - 1) * size, plane * size));
      if (popcount(difference) * 2 >= popcount(bits)) return partOf(bits);
      const { mode, data } = partOf(difference);
      return { mode: mode | FROM_PLANE_BEFORE, data };
    }),
  );
}

/** Applies a patch in place; throws BAD_PLANES for one that does not fit. */
export function applyPatch(planes: Uint8Array, patch: Uint8Array): void {
  readParts(planes, patch, (plane, { mode, data }) => {
    if (mode === MODE_GAPS) flipGaps(plane, data);
    else if (mode === MODE_RAW) xorInto(plane, data);
    else if (mode !== MODE_UNCHANGED) throw damagedPlanes(`its mode is ${mode}`);
  });
}

/** The stack of planes, `bytes` long together, that `encodeKey` was given; throws BAD_PLANES for one that does not fit. */
export function decodeKey(key: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const planes = new Uint8Array(bytes);
  readParts(planes, key, (plane, { mode, data }, before) => {
    if (mode === MODE_RAW) return plane.set(data);
    if (mode & FROM_PLANE_BEFORE) plane.set(before);
    if ((mode & 3) === MODE_GAPS) flipGaps(plane, data);
    else if ((mode & 3) === MODE_RAW) xorInto(plane, data);
  });
  return planes;
}

function planeSize(planes: Uint8Array, count: number): number {
  if (count >= 1 && count <= 255 && planes.length % count === 0) return planes.length / count;
  throw new CascadeError('BAD_PLANES', `${planes.length} bytes are not ${count} planes.`);
}

function partOf(bits: Uint8Array): Part {
  const gaps = encodeGaps(bits, Math.max(8, bits.length >>> 3));
  if (gaps?.length === 0) return { mode: MODE_UNCHANGED, data: gaps };
  return gaps && gaps.length < bits.length ? { mode: MODE_GAPS, data: gaps } : { mode: MODE_RAW, data: bits };
}

function assemble(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  let offset = HEADER + parts.length * PLANE_HEADER;
  const patch = new Uint8Array(parts.reduce((sum, { data }) => sum + wholeWords(data.length), offset));
  const view = new DataView(patch.buffer);
  patch[0] = VERSION;
  patch[1] = parts.length;
  parts.forEach(({ mode, data }, plane) => {
    view.setUint32(HEADER + plane * PLANE_HEADER, data.length * 8 + mode, true);
    patch.set(data, offset);
    offset += wholeWords(data.length);
  });
  return patch;
}

/** Hands each plane with its part, and the plane before it, to `put`. */
function readParts(
  planes: Uint8Array,
  patch: Uint8Array,
  put: (plane: Uint8Array, part: Part, before: Uint8Array) => void,
): void {
  const count = patch[1] ?? 0;
  let offset = HEADER + count * PLANE_HEADER;
  if (patch[0] !== VERSION) throw damagedPlanes(`version ${patch[0]} is unknown`);
  if (count === 0 || planes.length % count !== 0 || patch.length < offset)
    throw damagedPlanes('it is for another number of planes');
  const view = new DataView(patch.buffer, patch.byteOffset, patch.byteLength);
  const size = planes.length / count;
  let before = planes.subarray(0, 0);
  for (let index = 0; index < count; index++) {
    const field = view.getUint32(HEADER + index * PLANE_HEADER, true);
    const length = field >>> 3;
    const data = patch.subarray(offset, offset + length);
    if (data.length !== length) throw damagedPlanes('it ends early');
    if ((field & 3) === MODE_RAW && length !== size) throw damagedPlanes('its planes have another size');
    const plane = planes.subarray(index * size, (index + 1) * size);
    put(plane, { mode: field & 7, data }, before);
    before = plane;
    offset += wholeWords(length);
  }
}

/** Data starts on a word's boundary, so that bits can be combined word by word in place. */
function wholeWords(length: number): number {
  return (length + 3) & ~3;
}

/** The whole 32-bit words at the start of some bytes; a copy where the bytes do not lie on a word's boundary. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = (bytes.byteOffset & 3) === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}
