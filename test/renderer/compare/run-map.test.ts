import { expect, test } from 'vitest';
import type { MeanPoint } from '../../../common/groups/mean-curves.ts';
import { lookOfPlace } from '../../../common/run-looks.ts';
import type { CompareGroup } from '../../../renderer/compare/comparison.ts';
import {
  branchesOf,
  colorScale,
  prunedAt,
  rowsOf,
  stretchesOf,
  type MapSource,
} from '../../../renderer/compare/run-map.ts';
import { viridis } from '../../../renderer/format/viridis.ts';
import { sourcesOf } from '../../common/fields/sources.ts';

/*
 * By hand. The trunk has ten epochs; a leaves it after 2, b after 5, c leaves a after 4, and d stands alone:
 *
 *   trunk ──┬──┬─────      row 0
 *           │  └─────  b   row 1
 *           └──┬─────  a   row 2
 *              └─────  c   row 3
 *   d ──────────────       row 4
 */
test('a branch is below the one that it leaves, and those that leave last are nearest to it', () => {
  const branches = [
    { id: 'a', parent: 'trunk', from: 2 },
    { id: 'c', parent: 'a', from: 4 },
    { id: 'trunk', parent: null, from: 0 },
    { id: 'b', parent: 'trunk', from: 5 },
    { id: 'd', parent: 'gone', from: 0 },
  ];
  expect(rowsOf(branches)).toEqual(['trunk', 'b', 'a', 'c', 'd']);
  // No upright line, from a branch down to one that leaves it, meets a line of another between them.
  const row = new Map(rowsOf(branches).map((id, index) => [id, index]));
  for (const { id, parent, from } of branches) {
    if (parent === null || !row.has(parent)) continue;
    for (const other of branches)
      if (row.get(other.id)! > row.get(parent)! && row.get(other.id)! < row.get(id)!)
        expect(other.from).toBeGreaterThan(from);
  }
});

test('seeds are one branch; a trunk that the query does not mean is shown for those that leave it', () => {
  const trunk = { id: 'dense-s0', epoch: 3 };
  const { sources } = sourcesOf([
    { id: 'dense-s0', hash: 'dense', arm: 'dense', state: 'finished', epochsDone: 8 },
    { id: 'pruned-s0', hash: 'pruned', arm: 'half', state: 'finished', epochsDone: 8, trunk },
    { id: 'pruned-s1', hash: 'pruned', arm: 'half', state: 'running', epochsDone: 5, seed: 1 },
    { id: 'waits-s0', hash: 'waits', arm: 'waits', state: 'queued', epochsDone: 0, trunk },
  ]);
  const runs = new Map(sources.map(({ run }) => [run.id, run]));
  const look = lookOfPlace(1);
  const group = {
    id: 'g',
    title: 'tiny · half',
    look,
    sources: sources.slice(1, 3),
  } as unknown as CompareGroup;
  const waits = { id: 'w', title: 'waits', look, sources: sources.slice(3) } as unknown as CompareGroup;
  const source: MapSource = {
    run: (id) => runs.get(id),
    look: () => lookOfPlace(0),
    setting: ({ hash }, key) => (hash === 'pruned' ? { retraining: 'fine-tune', epochs: 6 }[key] : 'none'),
  };
  const [pruned, waiting, dense, ...more] = branchesOf([group, waits], source);
  expect(more).toEqual([]);
  expect(waiting).toMatchObject({ from: 3, to: 3, finished: 0, unfinished: 1, parent: dense!.id });
  expect(pruned).toMatchObject({
    group: 'g',
    title: 'tiny · half',
    look,
    runs: ['pruned-s0'],
    finished: 1,
    unfinished: 1,
    parent: dense!.id,
    from: 3,
    to: 8,
    retraining: { kind: 'fine-tune', epoch: 6 },
  });
  expect(dense).toMatchObject({ group: null, look: null, parent: null, from: 0, to: 8, retraining: null });
});

const points = (...means: (number | null)[]): MeanPoint[] =>
  means.map((mean, epoch) => ({
    epoch,
    x: { mean: epoch, n: 1 },
    y: mean === null ? null : { mean, n: 1 },
  })) as unknown as MeanPoint[];

test('prunings are where more is pruned than before; what the trunk pruned is not told again', () => {
  expect(prunedAt(points(0, 0, 0.2, 0.2, 0.36, null, 0.36), 0)).toEqual([
    { epoch: 2, share: 0.2 },
    { epoch: 4, share: 0.36 },
  ]);
  expect(prunedAt(points(0, 0, 0.2, 0.2, 0.36), 3)).toEqual([{ epoch: 4, share: 0.36 }]);
  expect(prunedAt(points(0.5, 0.5), 0)).toEqual([{ epoch: 0, share: 0.5 }]);
});

test('a line is coloured stretch by stretch, all of it, and grey where there is no number', () => {
  const stretches = stretchesOf(points(9, 9, 0, 0, 0.5, null, 1), { from: 1, to: 8 }, (value) => value);
  expect(stretches).toEqual([
    { from: 1, to: 3, share: 0 },
    { from: 3, to: 4, share: 0.5 },
    { from: 4, to: 5, share: null },
    { from: 5, to: 6, share: 1 },
    { from: 6, to: 8, share: null },
  ]);
});

test('the scale of colours goes from the least to the most, by logarithms where they are asked for', () => {
  expect(colorScale([], 'linear')).toBeNull();
  expect(colorScale([NaN], 'linear')).toBeNull();
  expect(colorScale([1, 3, NaN], 'linear')!.share(2)).toBe(0.5);
  expect(colorScale([1, 100], 'log')!.share(10)).toBeCloseTo(0.5, 12);
  // A logarithm of nothing there is not.
  expect(colorScale([0, 100], 'log')!.share(50)).toBe(0.5);
  expect(colorScale([7], 'linear')!.share(7)).toBe(0.5);
  expect([viridis(0), viridis(1), viridis(2)]).toEqual([
    'rgb(68 1 84)',
    'rgb(253 231 37)',
    'rgb(253 231 37)',
  ]);
  expect(viridis(0.05)).toBe('rgb(70 19 101)');
});
