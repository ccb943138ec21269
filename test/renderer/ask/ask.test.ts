import { describe, expect, test } from 'vitest';
import { sqlSchema } from '../../../main/workspace/query/views/registry.ts';
import { cellText, resultColumns } from '../../../renderer/ask/cells.ts';
import { chartPoints, firstAxes, ticks } from '../../../renderer/ask/chart-points.ts';
import { completeSql } from '../../../renderer/ask/complete-sql.ts';

const schema = sqlSchema();

describe('what may stand at the caret, written |', () => {
  const complete = (written: string) => {
    const caret = written.indexOf('|');
    return completeSql(written.replace('|', ''), caret, schema);
  };
  const labels = (written: string): string[] =>
    complete(written)?.suggestions.map(({ label }) => label) ?? [];

  test.each([
    ['select test_ac| from epochs', 'test_accuracy'],
    ['select * from ep|', 'epochs'],
    ['select * from epochs join lay|', 'layers'],
    ['select e.test_ac| from epochs e', 'test_accuracy'],
    ['select e.norm| from epochs as e', 'norm'],
    ['select * from runs wh|', 'where'],
    ['sel|', 'select'],
  ])('%s', (written, first) => {
    expect(labels(written)[0]).toBe(first);
  });

  test('behind a dot, columns of that view alone; in a text or a comment, nothing', () => {
    const { columns } = schema.views.find(({ name }) => name === 'tags')!;
    expect(labels('select t.| from tags t, runs')).toEqual(columns.map(({ name }) => name));
    expect(labels('select x.| from tags t')).toEqual([]);
    expect(complete("select 'te|' from epochs")).toBeNull();
    expect(complete('select -- te|')).toBeNull();
    expect(labels('select margin| from epochs')).toEqual([]);
  });

  test('replaces the whole word, and says what it is', () => {
    expect(complete('select test_ac|curaxy from epochs')).toMatchObject({
      from: 7,
      to: 20,
      prefix: 'test_ac',
      suggestions: [
        { insert: 'test_accuracy', detail: 'share', description: expect.stringContaining('test set') },
      ],
    });
  });
});

test('cells: numbers to ten digits, columns as wide as what is in them', () => {
  expect([0.1 + 0.2, 1e-12, 3, null, 'a'].map((value) => cellText(value))).toEqual([
    '0.3',
    '1e-12',
    '3',
    '–',
    'a',
  ]);
  const columns = resultColumns({
    columns: ['a', 'number', 'empty'],
    rows: [
      ['word'.repeat(40), 1, null],
      ['x', null, null],
    ],
  });
  expect(columns).toEqual([
    { name: 'a', isNumber: false, width: 48 },
    { name: 'number', isNumber: true, width: 6 },
    { name: 'empty', isNumber: false, width: 5 },
  ]);
  expect(firstAxes(columns)).toEqual({ x: 1, y: 1 });
  expect(firstAxes([])).toBeNull();
});

test('chart: rows that lack a number are counted, ticks are round and within', () => {
  expect(
    chartPoints(
      {
        rows: [
          [1, 2],
          [null, 2],
          ['a', 3],
          [4, 5],
        ],
      },
      0,
      1,
    ),
  ).toEqual({
    points: [
      [1, 2],
      [4, 5],
    ],
    without: 2,
  });
  expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(-0.013, 0.031)).toEqual([-0.01, 0, 0.01, 0.02, 0.03]);
  expect(ticks(5, 5)).toEqual([5]);
});
