import { readGroups, writeGroups } from '../../../common/groups/keys.ts';
import { expect, it } from 'vitest';
import { accuracyOverControl } from '../../../common/measures/accuracy-over-control.ts';
import { controlShed } from '../../../common/measures/control-shed.ts';
import { fieldText, meanText } from '../../../renderer/format/fields.ts';
import { readColumns } from '../../../renderer/runs/columns.ts';
import { APART, commonText, groupRows, groupsOf, sortedGroups } from '../../../renderer/runs/grouping.ts';
import { readSort } from '../../../renderer/runs/sort.ts';
import { sourcesOf } from '../../common/fields/sources.ts';

const A = 'a00000000000';
const B = 'b00000000000';
const C = 'c00000000000';
const { sources, catalogue } = sourcesOf([
  { hash: A, arm: 'low', seed: 2, criterion: 'random', testAccuracy: 0.9 },
  { hash: A, arm: 'low', seed: 0, criterion: 'random', testAccuracy: 0.7 },
  { hash: A, arm: 'low', seed: 1, criterion: 'random', testAccuracy: 0.1, state: 'running' },
  { hash: B, arm: 'high', seed: 0, criterion: 'magnitude', testAccuracy: 0.95 },
  { hash: C, arm: 'coming', seed: 0, criterion: 'magnitude', state: 'queued', testAccuracy: null },
]);
const column = (text: string) => readColumns(text, catalogue)[0]!;
const seeds = groupsOf(sources, readGroups('seeds', catalogue), '1e-4');

it('folds seeds: one group a specification, unfinished runs counted and in no mean', () => {
  expect(seeds.map(({ title, finished, sources }) => [title, finished, sources.length])).toEqual([
    ['tiny · low', 2, 3],
    ['tiny · high', 1, 1],
    ['tiny · coming', 0, 1],
  ]);
  const { mean, unfinished } = seeds[0]!.number(column('testAccuracy'), 'sd');
  expect(mean!.n).toBe(2);
  expect(mean!.mean).toBeCloseTo(0.8, 12);
  // sd of 0.9 and 0.7, by hand: √(2 · 0.1²) = 0.1414…
  expect(mean!.high! - mean!.mean).toBeCloseTo(0.141421356, 8);
  expect(unfinished).toBe(1);
  expect(meanText(column('testAccuracy').field, mean!, 'sd')).toBe('80.00 ± 14.14%');
  const interval = seeds[0]!.number(column('testAccuracy'), 'bootstrap').mean!;
  expect(meanText(column('testAccuracy').field, interval, 'bootstrap')).toBe('80.00 [70.00, 90.00]%');
  expect(
    meanText(column('testAccuracy').field, seeds[1]!.number(column('testAccuracy'), 'se').mean!, 'se'),
  ).toBe('95.00%');
});

it('sorts groups by their means, and shows those without a finished run apart', () => {
  const groups = sortedGroups(seeds, readSort('-testAccuracy', catalogue), '1e-4');
  expect(groups.map(({ title }) => title)).toEqual(['tiny · high', 'tiny · low', 'tiny · coming']);
  const shown = (open: string[]): string[] =>
    groupRows(groups, new Set(open), (list) => list).map((row) =>
      row.is === 'run' ? row.source.run.id : row.is === 'group' ? row.group.title : `${row.groups} apart`,
    );
  expect(shown([])).toEqual(['tiny · high', 'tiny · low', '1 apart']);
  expect(shown([groups[1]!.key, APART])).toEqual([
    'tiny · high',
    'tiny · low',
    `${A}-s2`,
    `${A}-s0`,
    `${A}-s1`,
    '1 apart',
    'tiny · coming',
  ]);
});

it('groups by any keys, which the address holds; keys of groups stay the same', () => {
  const fields = readGroups('criterion,seed,nothing', catalogue);
  expect(writeGroups(fields)).toBe('criterion,seed');
  expect(writeGroups(readGroups('seeds', catalogue))).toBe('seeds');
  const groups = groupsOf(sources, fields, '1e-4');
  expect(groups.map(({ title }) => title)).toContain('criterion random · Seed 2');
  const again = groupsOf([...sources].reverse(), fields, '1e-4');
  expect(new Set(again.map(({ key }) => key))).toEqual(new Set(groups.map(({ key }) => key)));
  expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length);
});

it('says what a group has in common, or how much it has', () => {
  expect(commonText(column('criterion'), sources.slice(0, 3), '1e-4')).toBe('random');
  expect(commonText(column('seed'), sources.slice(0, 3), '1e-4')).toBe('2, 0, 1');
  expect(commonText(column('id'), sources, '1e-4')).toBe('5 values');
  expect(fieldText(column('prunes').field, [true])).toBe('yes');
});

it('accuracy over the control is a difference in pairs of finished runs', () => {
  const { sources: pair } = sourcesOf([
    { criterion: 'random', testAccuracy: 0.9, seed: 3 },
    { testAccuracy: 0.95, seed: 3 },
  ]);
  const [run, control] = pair.map((source) => source.run);
  expect(accuracyOverControl.run!(run!, '', control)).toBeCloseTo(-0.05, 12);
  expect(accuracyOverControl.run!(run!, '', { ...control!, state: 'running' })).toBeNull();
  expect(accuracyOverControl.run!({ ...run!, state: 'stopped' }, '', control)).toBeNull();
  expect(accuracyOverControl.run!(run!, '')).toBeNull();
});

it('what is shed of the same weights in the control is the run’s share without the excess', () => {
  const { sources: one } = sourcesOf([
    {
      criterion: 'random',
      shed: { '1e-4': 0.575 },
      excess: { '1e-4': 0.338 },
      excessEpoch: 4,
      epochsDone: 4,
    },
  ]);
  const { run } = one[0]!;
  expect(controlShed.run!(run, '1e-4')).toBeCloseTo(0.237, 12);
  expect(controlShed.run!({ ...run, epochsDone: 5 }, '1e-4')).toBeNull();
  expect(controlShed.run!(run, '1e-2')).toBeNull();
});
