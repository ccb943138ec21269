/** Rows of words that are added up before counters of eight bits would overflow. */
const LEVELS = 8;
const ROWS = 2 ** LEVELS - 1;

/**
 * Counts, for each of `channels` channels, the bits set in `bits` and clear in `without`, both of the same length: the
 * channel is the last axis of a kernel's flattening, so a bit's is its position modulo `channels`.
 */
export function countWithoutByChannel(
  bits: Uint8Array,
  without: Uint8Array,
  channels: number,
): Uint32Array<ArrayBuffer> {
  return channels % 32 === 0 ? countColumns(bits, without, channels) : countBits(bits, without, channels);
}

/** Each row of a kernel is whole words: 32 channels are counted at once, by adding rows in binary, a word for each digit. */
function countColumns(bits: Uint8Array, without: Uint8Array, channels: number): Uint32Array<ArrayBuffer> {
  const [first, second] = [wordsOf(bits), wordsOf(without)];
  const width = channels / 32;
  const counts = new Uint32Array(channels);
  const digits = new Uint32Array(LEVELS * width);
  for (let from = 0; from < first.length; from += ROWS * width) {
    const past = Math.min(first.length, from + ROWS * width);
    for (let at = from, column = 0; at < past; at++) {
      let carry = first[at]! & ~second[at]!;
      for (let digit = column * LEVELS; carry !== 0; digit++) {
        const before = digits[digit]!;
        digits[digit] = before ^ carry;
        carry &= before;
      }
      if (++column === width) column = 0;
    }
    for (let index = 0; index < digits.length; index++) {
      const channel = Math.floor(index / LEVELS) * 32;
      for (let rest = digits[index]!; rest !== 0; rest &= rest - 1)
        counts[channel + 31 - Math.clz32(rest & -rest)]! += 1 << (index % LEVELS);
    }
    digits.fill(0);
  }
  return counts;
}

function countBits(bits: Uint8Array, without: Uint8Array, channels: number): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(channels);
  for (let byte = 0, first = 0; byte < bits.length; byte++) {
    for (let rest = bits[byte]! & ~without[byte]!; rest !== 0; rest &= rest - 1) {
      let channel = first + 31 - Math.clz32(rest & -rest);
      while (channel >= channels) channel -= channels;
      counts[channel]!++;
    }
    first = (first + 8) % channels;
  }
  return counts;
}

/** Bytes, a multiple of four of them, as words; a copy where they do not lie on a word's boundary. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}
