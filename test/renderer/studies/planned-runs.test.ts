import { expect, test } from 'vitest';
import {
  addedWords,
  plannedRows,
  roughTime,
  sharedEpochs,
  type PlannedRun,
} from '../../../renderer/studies/planned-runs.ts';

function run(id: string, arms: string[], changes: Partial<PlannedRun> = {}): PlannedRun {
  return {
    id,
    arms,
    seed: 0,
    epochs: 20,
    control: null,
    previousMask: null,
    trunk: null,
    masks: null,
    state: null,
    otherData: false,
    ...changes,
  };
}
const estimate = { runs: 0, seconds: null, measured: false, bytes: 0 };
const rowsOf = (runs: PlannedRun[]) =>
  plannedRows({ name: 'a', title: 'a', warnings: [], dataChanged: false, runs, estimate });

test('rows say which epochs a run has from which other', () => {
  const rows = rowsOf([
    run('t', ['trunk of one, two']),
    run('d', ['dense']),
    run('one', ['one'], { trunk: { id: 't', epoch: 10 } }),
    run('two', ['two', 'deux'], { trunk: { id: 'd', epoch: 1 } }),
    run('three', ['three'], { trunk: { id: 'd', epoch: 4 }, control: 'd' }),
    run('four', ['four'], { trunk: { id: 'three', epoch: 6 }, control: 'd', previousMask: 'three' }),
  ]);
  expect(rows.map(({ shares }) => shares)).toEqual([
    null,
    null,
    'epochs 1–10 from its trunk',
    'epoch 1 from dense',
    'epochs 1–4 from its control',
    'epochs 1–6 from its previous-mask control',
  ]);
  expect(rows.map(({ isControl }) => isControl)).toEqual([false, true, false, false, true, false]);
  expect(rows[3]!.name).toBe('two, deux');
  expect(sharedEpochs(rows)).toBe(21);
});

test('rows say whose masks a run takes', () => {
  const rows = rowsOf([
    run('d', ['dense']),
    run('t', ['ticket'], { masks: { id: 'd', epoch: 12 } }),
    run('o', ['other'], { masks: { id: 'elsewhere', epoch: 3 } }),
  ]);
  expect(rows.map(({ masks }) => masks)).toEqual([
    null,
    'masks of dense, epoch 12',
    'masks of elsewhere, epoch 3',
  ]);
});

test('controls and trunks that no arm names are counted apart', () => {
  expect(addedWords(rowsOf([run('d', ['dense'])]))).toBeNull();
  expect(addedWords(rowsOf([run('c', ['control of a']), run('e', ['control of b'])]))).toBe(
    '2 controls added',
  );
  expect(addedWords(rowsOf([run('c', ['control of a']), run('t', ['trunk of a, b'])]))).toBe(
    '1 control and 1 trunk added',
  );
});

test.each([
  [0.2, '1 s'],
  [89, '89 s'],
  [754, '13 min'],
  [3600, '1 h'],
  [7800, '2 h 10 min'],
  [172_800, '2 days'],
  [187_200, '2 days 4 h'],
])('%d s is %s', (seconds, text) => expect(roughTime(seconds)).toBe(text));
