import { expect, test } from 'vitest';
import { fieldAt } from '../../../common/groups/keys.ts';
import { groupDocuments, groupsText, meanText } from '../../../main/cli/groups.ts';
import { sourcesOf } from '../../common/fields/sources.ts';
import { Shell } from './helpers.ts';

const { sources, catalogue } = sourcesOf([
  ...[0.9, 0.92, 0.94].map((testAccuracy, seed) => ({
    hash: 'a00000000000',
    arm: 'random',
    seed,
    criterion: 'random',
    testAccuracy,
    shed: { '1e-4': 0.5 },
  })),
  { hash: 'a00000000000', arm: 'random', seed: 3, criterion: 'random', state: 'running' as const },
  { arm: 'dense', testAccuracy: 0.98, states: null },
]);
const at = (...names: string[]) => names.map((name) => fieldAt(name, catalogue, '1e-4'));

test('groups as a document: means over finished runs, n, what is left out', () => {
  const [random, dense] = groupDocuments(sources, at('seeds', 'criterion'), at('accuracy', 'shed'), 'sd');
  expect(random).toMatchObject({
    group: { specification: 'a00000000000', criterion: 'random' },
    name: 'tiny / random',
    unfinished: 1,
    spread: 'sd',
    measures: { testAccuracy: { n: 3, missing: 0 }, 'shed(1e-4)': { n: 3, mean: 0.5 } },
  });
  expect(random!.runs).toHaveLength(4);
  expect(random!.measures['testAccuracy']!.mean).toBeCloseTo(0.92, 12);
  expect(dense).toMatchObject({ group: { criterion: null }, measures: { 'shed(1e-4)': null } });
});

test('groups as a table say what the spread is, and of what a share is', () => {
  const [keys, measures] = [at('seeds'), at('accuracy', 'shed')];
  const text = groupsText(groupDocuments(sources, keys, measures, 'se'), keys, measures, 'se');
  expect(text).toMatch(/Accuracy, of test images\s+Shed 1e-4, of kept weights/);
  expect(text).toMatch(/tiny \/ random +3 +1 +92\.00% ± 1\.15 +50\.00% ± 0\.00/);
  expect(text).toMatch(/tiny \/ dense +1 +98\.00% +–/);
  expect(text).toContain('Mean over n runs, with one standard error.');
});

test('an interval is written by its bounds', () => {
  expect(meanText({ n: 5, mean: 0.3, low: 0.28, high: 0.31 }, 'points', 'bootstrap')).toBe(
    '+30.00 pp [28.00, 31.00]',
  );
  expect(meanText({ n: 5, mean: 12.5, low: 12, high: 13 }, undefined, 'sd')).toBe('12.5 ± 0.5');
  expect(meanText(null, 'share', 'sd')).toBe('–');
});

test('list takes a query, and shows the place of a mistake in it', async () => {
  const shell = new Shell();
  await shell.run('run', 'starter');
  expect(
    await shell.run('list', 'state', '=', 'finished', 'and', 'arm', '=', 'control', '--json'),
    shell.stderr,
  ).toBe(0);
  expect(shell.document).toMatchObject([{ memberships: [{ arm: 'control' }] }]);
  expect(await shell.run('list', 'state = finished and not arm = control', '--json')).toBe(0);
  expect(shell.document).toMatchObject([{ memberships: [{ arm: 'magnitude' }] }]);
  expect(await shell.run('list', 'seed = 0 and armm = control')).toBe(1);
  expect(shell.stderr).toContain('did you mean arm?\n  seed = 0 and armm = control\n               ^^^^');
  expect(await shell.run('list', 'prunes = yes', '--group', 'seeds', '--json')).toBe(0);
  expect(shell.document).toMatchObject([{ unfinished: 0, measures: { testAccuracy: { n: 1 } } }]);
  expect(await shell.run('list', '--group', 'colour')).toBe(1);
  expect(shell.stderr).toContain('There is no key “colour”');
});
