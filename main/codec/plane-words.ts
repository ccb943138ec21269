/** A stack of planes as whole words: plane k is the words [k · stride, (k + 1) · stride), with zeros after its last weight. */
export interface PlaneWords {
  words: Uint32Array;
  stride: number;
  count: number;
  /** All states that weights have, and perhaps others, where they are known: see `statesOf`. */
  states?: ReadonlySet<number>;
}

/** Words of a plane for so many weights. */
function strideOf(weights: number): number {
  return Math.ceil(weights / 32);
}

/** A stack in which no bit is set. */
export function emptyPlanes(weights: number, count: number): PlaneWords {
  const stride = strideOf(weights);
  return { words: new Uint32Array(stride * count), stride, count, states: new Set([0]) };
}

/** The words of a stack of planes of ⌈weights / 8⌉ bytes each. They share its memory where planes are whole words. */
export function wordsOfPlanes(planes: Uint8Array, count: number): PlaneWords {
  const size = planes.length / count;
  const stride = Math.ceil(size / 4);
  if (size === stride * 4 && (planes.byteOffset & 3) === 0)
    return { words: new Uint32Array(planes.buffer, planes.byteOffset, planes.length >>> 2), stride, count };
  const words = new Uint32Array(stride * count);
  const bytes = new Uint8Array(words.buffer);
  for (let plane = 0; plane < count; plane++)
    bytes.set(planes.subarray(plane * size, (plane + 1) * size), plane * stride * 4);
  return { words, stride, count };
}

/** The bytes of a stack, `size` a plane. They share its memory where planes are whole words. */
export function bytesOfPlanes({ words, stride, count }: PlaneWords, size: number): Uint8Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  if (size === stride * 4) return bytes;
  const planes = new Uint8Array(size * count);
  for (let plane = 0; plane < count; plane++)
    planes.set(bytes.subarray(plane * stride * 4, plane * stride * 4 + size), plane * size);
  return planes;
}

/** The states that weights have: numbers whose bit k is the weight's bit in plane k. Zeros after the last weight count as one. */
export function statesOf({ words, stride, count }: PlaneWords): ReadonlySet<number> {
  const states = new Set<number>();
  for (let index = 0; index < stride; index++)
    for (let left = -1; left !== 0;) {
      const lowest = left & -left;
      let [state, members] = [0, left];
      for (let plane = 0, at = index; plane < count; plane++, at += stride) {
        const word = words[at]!;
        if ((word & lowest) !== 0) {
          state |= 1 << plane;
          members &= word;
        } else members &= ~word;
      }
      states.add(state);
      left &= ~members;
    }
  return states;
}

/** How many bits of a 32-bit word are set. */
export function popcount32(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  sum = (sum + (sum >>> 4)) & 0x0f0f0f0f;
  return Math.imul(sum, 0x01010101) >>> 24;
}
