import { expect, it } from 'vitest';
import { differencesOf } from '../../../renderer/runs/differences.ts';
import { choose, type Selection } from '../../../renderer/runs/selection.ts';
import { sourcesOf } from '../../common/fields/sources.ts';

const ORDER = ['a', 'b', 'c', 'd'];
const PLAIN = { ctrlKey: false, metaKey: false, shiftKey: false };

it('chooses one, adds and takes away one, and reaches over a range', () => {
  let selection: Selection = { chosen: new Set(), anchor: null };
  const press = (id: string, keys: Partial<typeof PLAIN> = {}): string => {
    selection = choose(selection, id, ORDER, { ...PLAIN, ...keys });
    return [...selection.chosen].sort().join('');
  };
  expect(press('b')).toBe('b');
  expect(press('d', { shiftKey: true })).toBe('bcd');
  // The anchor stays: the range is another one from it.
  expect(press('a', { shiftKey: true })).toBe('ab');
  expect(press('d', { ctrlKey: true })).toBe('abd');
  expect(press('a', { metaKey: true })).toBe('bd');
  expect(press('c', { shiftKey: true, ctrlKey: true })).toBe('abcd');
  expect(press('c')).toBe('c');
  // An anchor that is not in sight reaches nowhere.
  selection = { chosen: new Set(), anchor: 'gone' };
  expect(press('c', { shiftKey: true })).toBe('c');
});

it('differences of specifications are those settings that are not equal, of each specification once', () => {
  const { sources, catalogue } = sourcesOf([
    { hash: 'a00000000000', arm: 'one', seed: 1, criterion: 'random', sparsity: 0.9 },
    { hash: 'a00000000000', arm: 'one', seed: 0, criterion: 'random', sparsity: 0.9 },
    { hash: 'b00000000000', arm: 'other', criterion: null },
  ]);
  const { specifications, rows } = differencesOf(catalogue, sources);
  expect(specifications.map(({ title, seeds }) => [title, seeds])).toEqual([
    ['tiny · one', [0, 1]],
    ['tiny · other', [0]],
  ]);
  const differing = rows.filter(({ differs }) => differs).map(({ field, texts }) => [field.id, ...texts]);
  expect(differing).toContainEqual(['criterion', 'random', '–']);
  expect(differing).toContainEqual(['sparsity', '0.9', '–']);
  expect(rows.find(({ field }) => field.id === 'batchSize')).toMatchObject({
    differs: false,
    texts: ['16', '16'],
  });
});
