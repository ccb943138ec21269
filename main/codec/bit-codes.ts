import { damagedPlanes } from './plane-errors.ts';

/**
 * Integers as bits, the least significant first. Rice codes with the parameter k are the value's bits above the lowest k as so
 * many zeros and a one, then its lowest k bits: near the entropy of values that are distributed geometrically, such as gaps between
 * places drawn at random (Rice & Plaunt 1971, IEEE Trans. Commun. 19(6)). Gamma codes take about 2·log₂ bits of any value (Elias 1975).
 */

export const LARGEST_RICE_PARAMETER = 31;

/** The k with which some values, at least one, take the fewest bits. */
export function riceParameter(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const guess = Math.max(0, Math.floor(Math.log2((sum / values.length) * Math.LN2 + 1e-9)));
  let best = { parameter: 0, bits: Infinity };
  for (
    let parameter = Math.max(0, guess - 1);
    parameter <= Math.min(LARGEST_RICE_PARAMETER, guess + 2);
    parameter++
  ) {
    let bits = values.length * (parameter + 1);
    for (const value of values) bits += value >>> parameter;
    if (bits < best.bits) best = { parameter, bits };
  }
  return best.parameter;
}

/** Bytes that grow while bits are put at their end. */
export class BitWriter {
  #bytes = new Uint8Array(256);
  #bit = 0;

  /** The lowest `bits` (0 to 31) of a value. */
  put(value: number, bits: number): void {
    this.#reserve(bits);
    for (let index = 0; index < bits; index++, this.#bit++)
      if ((value >>> index) & 1) this.#bytes[this.#bit >>> 3]! |= 1 << (this.#bit & 7);
  }

  /** @param value from 0 to 2³¹ − 1 */
  rice(value: number, parameter: number): void {
    const zeros = value >>> parameter;
    this.#reserve(zeros + 1);
    this.#bit += zeros;
    this.put(1, 1);
    this.put(value, parameter);
  }

  /** @param value from 0 to 2³¹ − 2 */
  gamma(value: number): void {
    const bits = 31 - Math.clz32(value + 1);
    this.put(0, bits);
    this.put(1, 1);
    this.put(value + 1, bits);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, Math.ceil(this.#bit / 8));
  }

  #reserve(bits: number): void {
    const needed = ((this.#bit + bits) >>> 3) + 1;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Reads what a BitWriter wrote. Every method throws BAD_PLANES after the last bit. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #bit: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#bit = start * 8;
    this.#end = bytes.length * 8;
  }

  /** How many bits are left. */
  get left(): number {
    return this.#end - this.#bit;
  }

  /** @param bits from 0 to 31 */
  take(bits: number): number {
    const value = bits === 0 ? 0 : wordAt(this.#bytes, this.#bit) & (-1 >>> (32 - bits));
    this.#pass(bits);
    return value;
  }

  /** As many Rice codes as `values` has places. @param parameter from 0 to 31 @param most the largest value that fits */
  riceCodes(values: Uint32Array, parameter: number, most: number): void {
    const bytes = this.#bytes;
    const lowest = parameter === 0 ? 0 : -1 >>> (32 - parameter);
    let bit = this.#bit;
    for (let index = 0; index < values.length; index++) {
      let zeros = 0;
      let word = wordAt(bytes, bit);
      for (; word === 0; word = wordAt(bytes, bit)) {
        zeros += 32;
        bit += 32;
        if (bit > this.#end) throw damagedPlanes('it ends early');
      }
      const rest = 31 - Math.clz32(word & -word);
      bit += rest + 1;
      const value = (zeros + rest) * (lowest + 1) + (lowest & wordAt(bytes, bit));
      if (value > most) throw damagedPlanes(`${value} is more than ${most}`);
      values[index] = value;
      bit += parameter;
    }
    this.#bit = bit;
    this.#pass(0);
  }

  gamma(): number {
    const bits = this.#zeros();
    if (bits > 30) throw damagedPlanes('a number is too large');
    return ((1 << bits) | this.take(bits)) - 1;
  }

  /** The zeros before the next one, which is passed over too. */
  #zeros(): number {
    let zeros = 0;
    let word = wordAt(this.#bytes, this.#bit);
    while (word === 0) {
      zeros += 32;
      this.#pass(32);
      word = wordAt(this.#bytes, this.#bit);
    }
    const rest = 31 - Math.clz32(word & -word);
    this.#pass(rest + 1);
    return zeros + rest;
  }

  #pass(bits: number): void {
    this.#bit += bits;
    if (this.#bit > this.#end) throw damagedPlanes('it ends early');
  }
}

/** The 32 bits from a bit on; zeros beyond the end. */
function wordAt(bytes: Uint8Array, bit: number): number {
  const byte = bit >>> 3;
  const shift = bit & 7;
  const low = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 24);
  return shift === 0 ? low : (low >>> shift) | (bytes[byte + 4]! << (32 - shift));
}
