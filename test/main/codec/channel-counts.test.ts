import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countWithoutByChannel } from '../../../main/codec/channel-counts.ts';

const kernels = fc
  .record({
    channels: fc.constantFrom(1, 3, 5, 8, 10, 31, 32, 40, 64, 96),
    // Past 255 rows, where counters of eight digits are emptied.
    rows: fc.constantFrom(1, 2, 7, 254, 255, 256, 511),
    seed: fc.integer(),
    /** Of 256; at 256 every bit is set. */
    share: fc.constantFrom(0, 20, 128, 256),
    without: fc.constantFrom(0, 64),
    offset: fc.constantFrom(0, 1, 4),
  })
  .map(({ channels, rows, seed, share, without, offset }) => {
    let state = seed;
    const drawn = (chance: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24 < chance;
    };
    const weights = channels * rows;
    const plane = (chance: number) => {
      const bytes = new Uint8Array(offset + Math.ceil(weights / 8)).subarray(offset);
      for (let weight = 0; weight < weights; weight += 1)
        if (drawn(chance)) bytes[weight >> 3]! |= 1 << (weight & 7);
      return bytes;
    };
    return { channels, weights, bits: plane(share), without: plane(without) };
  });

it('counts the bits of each channel that are clear in the other plane, one by one', () => {
  fc.assert(
    fc.property(kernels, ({ channels, weights, bits, without }) => {
      const expected = new Array<number>(channels).fill(0);
      const isSet = (plane: Uint8Array, weight: number) => ((plane[weight >> 3]! >> (weight & 7)) & 1) === 1;
      for (let weight = 0; weight < weights; weight += 1)
        if (isSet(bits, weight) && !isSet(without, weight)) expected[weight % channels]! += 1;
      expect([...countWithoutByChannel(bits, without, channels)]).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});
