import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIVE, FREED, INERT, PRUNED, SHED, composeChannels } from '../../../common/cascade/composition.ts';
import { CHANNEL_FIELDS, channelRows, shedAndInertRow, shedRow } from '../../../common/records.ts';

const THRESHOLDS = 2;

interface Counts {
  pruned: number;
  inert: number;
  shed: number;
  both: number;
  blocked?: number;
}

/** A channel table with these counts at threshold 1; threshold 0 stays empty, so that a wrong row shows. */
function table(counts: readonly Counts[]) {
  const channels = counts.length;
  const values = new Float32Array(channelRows(THRESHOLDS) * channels);
  counts.forEach((count, channel) => {
    values[CHANNEL_FIELDS.indexOf('pruned') * channels + channel] = count.pruned;
    values[CHANNEL_FIELDS.indexOf('inert') * channels + channel] = count.inert;
    values[CHANNEL_FIELDS.indexOf('blocked') * channels + channel] = count.blocked ?? 0;
    values[shedRow(1) * channels + channel] = count.shed;
    values[shedAndInertRow(1, THRESHOLDS) * channels + channel] = count.both;
  });
  return { values, channels, thresholds: THRESHOLDS };
}

function shares(composition: Float32Array, channels: number, channel: number): number[] {
  return [ACTIVE, FREED, SHED, INERT, PRUNED].map((state) => composition[state * channels + channel]!);
}

describe('the composition of a channel', () => {
  it('counts what is inert and shed once, as shed', () => {
    const composition = composeChannels(
      table([{ pruned: 2, inert: 5, shed: 4, both: 3 }]),
      1,
      16,
      new Uint8Array(1),
    );
    expect(shares(composition, 1, 0)).toEqual([8 / 16, 0, 4 / 16, 2 / 16, 2 / 16]);
  });

  it('calls the rest freed where the channel was freed, and only there', () => {
    const counts = { pruned: 1, inert: 0, shed: 1, both: 0 };
    const composition = composeChannels(table([counts, counts]), 1, 8, Uint8Array.of(1, 0));
    expect(shares(composition, 2, 0)).toEqual([0, 6 / 8, 1 / 8, 0, 1 / 8]);
    expect(shares(composition, 2, 1)).toEqual([6 / 8, 0, 1 / 8, 0, 1 / 8]);
  });

  it('looks at the named threshold alone', () => {
    const composition = composeChannels(
      table([{ pruned: 0, inert: 0, shed: 8, both: 0 }]),
      0,
      8,
      new Uint8Array(1),
    );
    expect(shares(composition, 1, 0)).toEqual([1, 0, 0, 0, 0]);
  });

  it('always sums to one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 5, maxLength: 5 }), fc.boolean(), (parts, free) => {
        const [pruned = 0, both = 0, onlyShed = 0, onlyInert = 0, rest = 0] = parts;
        const weights = pruned + both + onlyShed + onlyInert + rest;
        if (weights === 0) return;
        const counts = { pruned, inert: both + onlyInert, shed: both + onlyShed, both };
        const composition = composeChannels(table([counts]), 1, weights, Uint8Array.of(free ? 1 : 0));
        expect(shares(composition, 1, 0).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
      }),
    );
  });
});
