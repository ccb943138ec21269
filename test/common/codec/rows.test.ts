import { expect, it } from 'vitest';
import { decodeRows, encodeRows } from '../../../common/codec/rows.ts';

const header = { stored: 9, span: 1, next: 4 };
const roundTrip = (rows: object[]) => decodeRows(encodeRows(rows, header));

it('brings records back as they were, to the bit', () => {
  const rows = [
    {
      epoch: 0,
      phase: 'initial',
      loss: NaN,
      gain: null,
      shed: { a: 0.1, b: -0 },
      layers: [{ n: 1 }, { n: 2 }],
    },
    {
      epoch: 1,
      phase: 'training',
      loss: 0.3,
      gain: 5,
      shed: { a: 0.1, b: 1 / 3 },
      layers: [{ n: 1 }, { n: 3 }],
    },
    {
      epoch: 2,
      phase: 'training',
      loss: Infinity,
      gain: 0,
      shed: { a: 0.1, b: 2 },
      layers: [{ n: 1 }, { n: 4 }],
    },
  ];
  expect(roundTrip(rows)).toEqual({ ...header, rows });
  expect(roundTrip([])).toEqual({ ...header, rows: [] });
  expect(roundTrip(rows.slice(0, 1)).rows).toEqual(rows.slice(0, 1));
});

it('knows null from 0 and from NaN, of numbers, texts, lists and objects', () => {
  const rows = [
    { one: null, two: { x: 1 }, three: [1], four: null },
    { one: 0, two: null, three: null, four: null },
    { one: NaN, two: { x: null }, three: [NaN], four: null },
  ];
  expect(roundTrip(rows).rows).toEqual(rows);
  expect(
    roundTrip([{ text: 'a' }, { text: 'b' }, { text: 'a' }]).rows.map(
      (row) => (row as { text: string }).text,
    ),
  ).toEqual(['a', 'b', 'a']);
});

it('tells what is the same in all records once', () => {
  const rows = Array.from({ length: 1_000 }, (_, epoch) => ({
    epoch,
    name: 'dense',
    weights: 30_000,
    macs: null,
  }));
  expect(encodeRows(rows, header).length).toBeLessThan(1_000 * 8 + 500);
  expect(roundTrip(rows).rows).toEqual(rows);
});

it('refuses an answer that is cut off', () => {
  const frame = encodeRows([{ epoch: 1 }, { epoch: 2 }], header);
  expect(() => decodeRows(frame.slice(0, -8))).toThrow('cut off');
});
