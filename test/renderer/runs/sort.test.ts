import { expect, it } from 'vitest';
import { FieldCatalogue } from '../../../common/fields/catalogue.ts';
import { readColumns } from '../../../renderer/runs/columns.ts';
import { pressed, readSort, sorted, sortValue, writeSort } from '../../../renderer/runs/sort.ts';
import { sourcesOf } from '../../common/fields/sources.ts';

const catalogue = new FieldCatalogue([]);
const [seed, arm] = readColumns('seed,arm', catalogue);

it('sorts by the first key, then by the next; what is missing is last whichever way', () => {
  const { sources } = sourcesOf([
    { arm: 'arm 10', seed: 0, testAccuracy: 0.5 },
    { arm: 'arm 9', seed: 1, testAccuracy: null },
    { arm: 'arm 9', seed: 0, testAccuracy: 0.9 },
    { arm: 'arm 9', seed: 2, testAccuracy: 0.9 },
  ]);
  const order = (text: string): string[] =>
    sorted(sources, readSort(text, catalogue), (source, { column }) => sortValue(column, source, '1e-4')).map(
      ({ run }) => `${run.memberships[0]!.arm} ${run.seed}`,
    );
  expect(order('')).toEqual(['arm 10 0', 'arm 9 1', 'arm 9 0', 'arm 9 2']);
  expect(order('arm,-seed')).toEqual(['arm 9 2', 'arm 9 1', 'arm 9 0', 'arm 10 0']);
  expect(order('-testAccuracy,-seed')).toEqual(['arm 9 2', 'arm 9 0', 'arm 10 0', 'arm 9 1']);
  expect(order('testAccuracy,nothing')).toEqual(['arm 10 0', 'arm 9 0', 'arm 9 2', 'arm 9 1']);
});

it('a press begins with the highest number or the first word, turns round, and ends; Shift adds', () => {
  const text = (from: string, column: typeof seed, adds = false): string =>
    writeSort(pressed(readSort(from, catalogue), column!, adds));
  expect(text('', seed)).toBe('-seed');
  expect(text('-seed', seed)).toBe('seed');
  expect(text('seed', seed)).toBe('');
  expect(text('-seed', arm)).toBe('arm');
  expect(text('-seed', arm, true)).toBe('-seed,arm');
  expect(text('-seed,arm', seed, true)).toBe('seed,arm');
  expect(text('-seed,-arm', arm, true)).toBe('-seed');
});
