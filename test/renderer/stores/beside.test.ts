import { expect, test } from 'vitest';
import { inStep, readBeside, replayOf, writeBeside } from '../../../renderer/stores/beside.ts';

const run = (id: string, seed = 0, prunes = true) => ({ id, seed, prunes });

test('what the address says is beside a run', () => {
  // Nothing said is the control; said to be nothing is nothing.
  expect(readBeside(undefined, 'a')).toBeNull();
  expect(readBeside('', 'a')).toBeNull();
  expect(readBeside(writeBeside([]), 'a')).toEqual({ ids: [], left: 0 });
  expect(readBeside(writeBeside(['b', 'c']), 'a')).toEqual({ ids: ['b', 'c'], left: 0 });
  // Each once, never itself, and no more than there is room for; how many were left out is told.
  expect(readBeside('b,a,b,,c', 'a')).toEqual({ ids: ['b', 'c'], left: 0 });
  expect(readBeside('b,c,d,e,f', 'a')).toEqual({ ids: ['b', 'c', 'd'], left: 2 });
});

test('chosen runs are beside the first of them that prunes', () => {
  expect(replayOf([run('control', 0, false), run('a'), run('b')])).toEqual({ run: 'a', beside: 'control,b' });
  expect(replayOf([run('x', 0, false), run('y', 1, false)])).toEqual({ run: 'x', beside: 'y' });
});

test('runs of groups that can be replayed in step', () => {
  const seeds = (name: string, ...list: number[]) => list.map((seed) => run(`${name}${seed}`, seed));
  const ids = (groups: ReturnType<typeof seeds>[]) => inStep(groups)?.map(({ id }) => id) ?? null;
  expect(ids([seeds('a', 0, 1), seeds('b', 0, 1)])).toEqual(['a0', 'a1', 'b0', 'b1']);
  // One of each group: of the seed that most of them have, so that what is beside each other is paired.
  expect(ids([seeds('a', 0, 1, 2), seeds('b', 1, 2), seeds('c', 2)])).toEqual(['a2', 'b2', 'c2']);
  expect(ids([seeds('a', 0, 1, 2, 3, 4)])).toBeNull();
  expect(ids([seeds('a', 0)])).toBeNull();
  expect(ids(['a', 'b', 'c', 'd', 'e'].map((name) => seeds(name, 0)))).toBeNull();
  // A run of two groups is one run.
  expect(ids([seeds('a', 0), seeds('a', 0)])).toBeNull();
});
