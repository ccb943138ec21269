import { expect, it } from 'vitest';
import { CHANNEL_FIELDS, channelRows, laterRow, shedRow } from '../../../common/records.ts';
import { channelsTable } from '../../../common/tables/channels-table.ts';

it('has a row for each channel, and says which were freed; what is not known is empty', () => {
  const channels = 3;
  const values = new Float32Array(channelRows(1) * channels).fill(NaN);
  values.set([4, 5, 6], CHANNEL_FIELDS.indexOf('norm') * channels);
  values.set([7, 8, 9], shedRow(0) * channels);
  values.set([0.2, 0.25], laterRow('residual', 1) * channels);
  values.set([0.5, 0.5], laterRow('freeDecay', 1) * channels);
  const table = channelsTable({
    thresholds: ['1e-3σ'],
    epochs: new Map([[3, new Map([['dw1', { values, channels, thresholds: 1 }]])]]),
  });
  const rows = table.rows.map((row) =>
    Object.fromEntries(row.map((cell, index) => [table.columns[index], cell])),
  );
  // 0.2 as float32 is a little more than 0.2 in float64, and 0.25 is above the limit.
  expect(rows).toMatchObject([
    {
      epoch: 3,
      layer: 'dw1',
      channel: 0,
      norm: 4,
      'shed_1e-3sigma': 7,
      free_decay: 0.5,
      decay: null,
      freed: 0,
    },
    { channel: 1, norm: 5, freed: 0, residual: 0.25 },
    { channel: 2, norm: 6, residual: null, freed: null, gamma: null },
  ]);
  values[laterRow('residual', 1) * channels] = 0.19;
  const [row] = channelsTable({
    thresholds: ['1e-3σ'],
    epochs: new Map([[3, new Map([['dw1', { values, channels, thresholds: 1 }]])]]),
  }).rows;
  expect(row!.at(-1)).toBe(1);
});
