import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { CascadeError } from '../../common/errors.ts';

/**
 * Everything random in a run is a function of (seed, purpose, counters): no generator is carried from one epoch
 * to the next, so a resumed run draws what an uninterrupted one would have drawn.
 */

/** A stream of 32-bit words; each draw advances it. */
export type Random = Pick<RandomGenerator, 'next'>;

/**
 * The stream of one purpose ('initial weights', 'batch order', …) at the given counters (epoch, step, layer, …).
 * The state is a 128-bit hash of all parts, each with its length, so that no two lists of parts are written alike.
 * Seed and counters are integers of −2⁵³ … 2⁵³; others are refused, since they would silently share a stream.
 */
export function generator(seed: number, purpose: string, ...counters: number[]): Random {
  const words: number[] = [];
  pushInteger(words, seed);
  words.push(purpose.length);
  for (let i = 0; i < purpose.length; i++) words.push(purpose.charCodeAt(i));
  words.push(counters.length);
  for (const counter of counters) pushInteger(words, counter);
  return xoroshiro128plusFromState(murmur3(words));
}

/** A uniformly random order of 0 … n − 1 (Fisher–Yates). */
export function permutation(n: number, random: Random): Int32Array<ArrayBuffer> {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = integer(i + 1, random);
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}

/** n numbers, each equally likely among the 2²⁴ multiples of 2⁻²⁴ in [0, 1), which float32 holds exactly. */
export function uniforms(n: number, random: Random): Float32Array<ArrayBuffer> {
  const values = new Float32Array(n);
  // The high bits: the lowest ones of xoroshiro128+ are of low linear complexity.
  for (let i = 0; i < n; i++) values[i] = (random.next() >>> 8) * 2 ** -24;
  return values;
}

/** n draws of the standard normal distribution, by Marsaglia's polar method in float64. */
export function normals(n: number, random: Random): Float64Array<ArrayBuffer> {
  const values = new Float64Array(n);
  for (let i = 0; i < n; i += 2) {
    let x: number, y: number, square: number;
    do {
      x = 2 * uniform53(random) - 1;
      y = 2 * uniform53(random) - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    values[i] = x * scale;
    if (i + 1 < n) values[i + 1] = y * scale;
  }
  return values;
}

/** n integers, each uniform in 0 … bound − 1. */
export function integers(n: number, bound: number, random: Random): Uint32Array<ArrayBuffer> {
  const values = new Uint32Array(n);
  for (let i = 0; i < n; i++) values[i] = integer(bound, random);
  return values;
}

/**
 * An integer uniform in 0 … bound − 1, for 1 ≤ bound ≤ 2³², without bias (Lemire, "Fast random integer generation in
 * an interval", 2019: the high word of word × bound, redrawn where the low word falls into the incomplete share).
 */
export function integer(bound: number, random: Random): number {
  for (;;) {
    const word = random.next() >>> 0;
    const low = Math.imul(word, bound) >>> 0;
    if (low >= bound || low >= (2 ** 32 - bound) % bound)
      // word × bound exceeds 2⁵³ and is rounded, but by far less than half of 2³².
      return Math.round((word * bound - low) / 2 ** 32);
  }
}

/** Uniform in [0, 1) with 53 bits. */
function uniform53(random: Random): number {
  const high = random.next() >>> 5;
  const low = random.next() >>> 6;
  return (high * 2 ** 26 + low) * 2 ** -53;
}

function pushInteger(words: number[], value: number): void {
  if (!Number.isSafeInteger(value))
    throw new CascadeError('BAD_SEED', `Seeds and counters are integers below 2^53: found ${value}.`);
  words.push(value | 0, Math.floor(value / 2 ** 32) | 0);
}

/** MurmurHash3_x86_128 (Appleby, public domain) of 32-bit words, padded with zeros to whole blocks of four; its seed is 0. */
export function murmur3(words: readonly number[]): [number, number, number, number] {
  const c1 = 0x239b961b;
  const c2 = 0xab0e9789;
  const c3 = 0x38b34ae5;
  const c4 = 0xa1e38b93;
  let [h1, h2, h3, h4] = [0, 0, 0, 0];
  const blocks = Math.ceil(words.length / 4);
  for (let block = 0; block < blocks; block++) {
    const at = block * 4;
    h1 ^= Math.imul(rotate(Math.imul(words[at] ?? 0, c1), 15), c2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(words[at + 1] ?? 0, c2), 16), c3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(words[at + 2] ?? 0, c3), 17), c4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(words[at + 3] ?? 0, c4), 18), c1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const length = blocks * 16;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  return [h1, (h2 + h1) | 0, (h3 + h1) | 0, (h4 + h1) | 0];
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
