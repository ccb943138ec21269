import { expect, test } from 'vitest';
import { differing } from '../../../common/groups/differing.ts';
import { groupNumber, groupRuns, type GroupKey } from '../../../common/groups/groups.ts';
import { sourcesOf } from '../fields/sources.ts';

const { sources, catalogue } = sourcesOf([
  ...[0, 1, 2].map((seed) => ({
    hash: 'a00000000000',
    arm: 'random',
    seed,
    criterion: 'random',
    testAccuracy: 0.9 + seed / 100,
  })),
  {
    hash: 'a00000000000',
    arm: 'random',
    seed: 3,
    criterion: 'random',
    state: 'running' as const,
    testAccuracy: 0.1,
  },
  { hash: 'a00000000000', arm: 'random', seed: 4, criterion: 'random', testAccuracy: null },
  { hash: 'b00000000000', arm: 'magnitude', seed: 0, criterion: 'magnitude', testAccuracy: 0.5 },
]);

function key(name: string, threshold = '1e-4'): GroupKey {
  const found = catalogue.find(name);
  if ('problem' in found) throw new Error(found.problem);
  return { field: found.field, threshold };
}

test('seeds are folded by what they have in common', () => {
  const groups = groupRuns(sources, [key('specification')]);
  expect(groups.map((group) => [group.values, group.sources.length])).toEqual([
    [[['a00000000000']], 5],
    [[['b00000000000']], 1],
  ]);
});

test('several keys, and a key that some runs lack', () => {
  const { sources: mixed } = sourcesOf([{ criterion: 'random' }, {}, { criterion: 'random', seed: 1 }, {}]);
  const groups = groupRuns(mixed, [key('criterion'), key('seed')]);
  expect(groups.map((group) => [...group.values, group.sources.length])).toEqual([
    [['random'], [0], 1],
    [[], [0], 2],
    [['random'], [1], 1],
  ]);
});

test('a mean is of finished runs alone; the others are counted', () => {
  const [group] = groupRuns(sources, [key('specification')]);
  const { mean, numbers, unfinished, missing } = groupNumber(group!.sources, key('accuracy'), 'sd');
  expect(mean?.n).toBe(3);
  expect(mean?.mean).toBeCloseTo(0.91, 12);
  expect(mean!.high! - mean!.mean).toBeCloseTo(0.01, 12);
  expect(numbers.map(({ seed }) => seed)).toEqual([0, 1, 2]);
  expect([unfinished, missing]).toEqual([1, 1]);
});

test('what differs among runs', () => {
  const names = (some: typeof sources): string[] =>
    differing(
      catalogue.fields.filter(({ kind }) => kind === 'setting'),
      some,
      '1e-4',
    ).map(({ id }) => id);
  expect(names(sources)).toEqual(['criterion']);
  expect(names(sources.slice(0, 3))).toEqual([]);
  expect(names([])).toEqual([]);
});
