import { describe, expect, it } from 'vitest';
import { decayRatio, decaysFreely, freeRatio, sheddingChannels } from '../../../common/cascade/shedding.ts';
import { CHANNEL_FIELDS, channelRows } from '../../../common/records.ts';

const CLOCK = {
  from: 2,
  factors: [
    { epoch: 2, factor: 1 },
    { epoch: 3, factor: 0.5 },
    { epoch: 4, factor: 0.1 },
    { epoch: 5, factor: 0 },
  ],
};

function table(norms: readonly number[], pruned: readonly number[] = norms.map(() => 0)): Float32Array {
  const values = new Float32Array(channelRows(1) * norms.length);
  values.set(pruned, CHANNEL_FIELDS.indexOf('pruned') * norms.length);
  values.set(norms, CHANNEL_FIELDS.indexOf('norm') * norms.length);
  return values;
}

describe('free decay', () => {
  it('is the quotient of the clock’s factors', () => {
    expect(freeRatio(CLOCK, 3, 4)).toBeCloseTo(0.2);
    expect(freeRatio(CLOCK, 2, 4)).toBeCloseTo(0.1);
  });

  it('is unknown before the clock starts, beyond its end, and where the factor underflowed', () => {
    expect(freeRatio(CLOCK, 1, 2)).toBeNull();
    expect(freeRatio(CLOCK, 4, 6)).toBeNull();
    expect(freeRatio(CLOCK, 4, 5)).toBeNull();
  });

  it('is reached at 0.8 of the rate, not below', () => {
    const ratio = 0.1;
    expect(decaysFreely(1, ratio ** 0.81, ratio)).toBe(true);
    expect(decaysFreely(1, ratio ** 0.79, ratio)).toBe(false);
    expect(decaysFreely(1, ratio, ratio)).toBe(true);
  });

  it('says nothing where nothing decays, or there was nothing to decay', () => {
    expect(decaysFreely(1, 0.1, 1)).toBe(false);
    expect(decaysFreely(0, 0, 0.5)).toBe(false);
  });

  it('gives the measured rate as a share of the free one', () => {
    expect(decayRatio(1, 0.25, 0.5)).toBeCloseTo(2);
    expect(decayRatio(1, 1, 0.5)).toBeCloseTo(0);
    expect(decayRatio(1, 2, 0.5)).toBeCloseTo(-1);
    expect(decayRatio(1, 0.5, null)).toBeNull();
    expect(decayRatio(0, 0.5, 0.5)).toBeNull();
  });
});

describe('shedding channels', () => {
  it('are those whose norm follows the clock', () => {
    expect([...sheddingChannels(table([1, 1]), table([0.5, 0.95]), 2, 0.5)]).toEqual([1, 0]);
  });

  it('are never those whose mask changed meanwhile', () => {
    expect([...sheddingChannels(table([1], [0]), table([0.5], [4]), 1, 0.5)]).toEqual([0]);
  });

  it('are none without an epoch before or without a clock', () => {
    expect([...sheddingChannels(null, table([0.1]), 1, 0.5)]).toEqual([0]);
    expect([...sheddingChannels(table([1]), table([0.1]), 1, null)]).toEqual([0]);
  });
});
