import { expect, test } from 'vitest';
import type { StudyEstimate } from '../../../common/contract/schemas.ts';
import { previewText } from '../../../main/cli/check.ts';

const RUN = {
  seed: 0,
  epochs: 20,
  control: null,
  previousMask: null,
  trunk: null,
  masks: null,
  state: null,
  otherData: false,
};
const RUNS = [
  { ...RUN, id: 'aaa-s0', arms: ['dense'], state: 'finished' as const },
  { ...RUN, id: 'bbb-s0', arms: ['pruned', 'cut'], control: 'aaa-s0', trunk: { id: 'aaa-s0', epoch: 10 } },
];
const ESTIMATE = { runs: 1, seconds: 754, measured: true, bytes: 34_120_000 };

test('names each run, its control and the epochs that it shares, and what all of it costs', () => {
  const lines = previewText({
    name: 'mine',
    title: 'Mine',
    runs: RUNS,
    estimate: ESTIMATE,
    warnings: [],
    dataChanged: false,
  }).split('\n');
  expect(lines[0]).toBe('mine: Mine');
  expect(lines[3]).toMatch(/^aaa-s0 {2}dense\s+0\s+20\s+–\s+–\s+finished$/);
  expect(lines[4]).toMatch(/^bbb-s0 {2}pruned, cut\s+0\s+20\s+dense\s+1–10 of dense\s+new$/);
  expect(lines.at(-1)).toBe(
    '2 runs, 1 not finished: about 12 min 34 s, one after another; about 34 MB on disk.',
  );
});

test('what may well be meant otherwise stands before the costs', () => {
  const warnings = ['Arm a: this.', 'Arm b: that.'];
  const lines = previewText({
    name: 'a',
    title: 'a',
    runs: RUNS,
    estimate: ESTIMATE,
    dataChanged: false,
    warnings,
  }).split('\n');
  expect(lines.slice(-5, -1)).toEqual(['Warning: Arm a: this.', '', 'Warning: Arm b: that.', '']);
});

test('a previous-mask control has a column of its own', () => {
  const [dense, pruned] = RUNS;
  const runs = [
    dense!,
    { ...RUN, id: 'ccc-s0', arms: ['control of cut without the last pruning'], control: dense!.id },
    { ...pruned!, previousMask: 'ccc-s0', trunk: { id: 'ccc-s0', epoch: 14 } },
  ];
  const lines = previewText({
    name: 'a',
    title: 'a',
    runs,
    estimate: ESTIMATE,
    warnings: [],
    dataChanged: false,
  }).split('\n');
  expect(lines[2]).toMatch(/ dense control {2}previous-mask control\s+shares epochs/);
  expect(lines[4]).toMatch(/ dense\s+–\s+–\s+new$/);
  expect(lines[5]).toMatch(
    / dense\s+control of cut without the last pruning {2}1–14 of control of cut without the last pruning {2}new$/,
  );
  expect(
    previewText({ name: 'a', title: 'a', runs: RUNS, estimate: ESTIMATE, warnings: [], dataChanged: false }),
  ).not.toContain('previous');
});

test('a single shared epoch is no range', () => {
  const [dense, pruned] = RUNS;
  const runs = [dense!, { ...pruned!, trunk: { id: dense!.id, epoch: 1 } }];
  expect(
    previewText({ name: 'a', title: 'a', runs, estimate: ESTIMATE, warnings: [], dataChanged: false }),
  ).toMatch(/dense\s+1 of dense\s+new/);
});

test('names whose masks a run takes, where any takes those of another', () => {
  const [dense, pruned] = RUNS;
  const runs = [
    dense!,
    { ...pruned!, masks: { id: 'aaa-s0', epoch: 7 } },
    { ...pruned!, id: 'ccc-s0', masks: { id: 'ddd-s0', epoch: 3 } },
  ];
  const lines = previewText({
    name: 'a',
    title: 'a',
    runs,
    estimate: ESTIMATE,
    warnings: [],
    dataChanged: false,
  }).split('\n');
  expect(lines[2]).toMatch(/shares epochs\s+masks of\s+state$/);
  expect(lines[3]).toMatch(/–\s+–\s+–\s+finished$/);
  expect(lines[4]).toMatch(/1–10 of dense\s+dense, epoch 7\s+new$/);
  // One that the study does not train is known by its id.
  expect(lines[5]).toMatch(/1–10 of dense\s+ddd-s0, epoch 3\s+new$/);
  expect(
    previewText({ name: 'a', title: 'a', runs: RUNS, estimate: ESTIMATE, warnings: [], dataChanged: false }),
  ).not.toContain('masks');
});

test('an estimate says what it does not know', () => {
  const of = (estimate: Partial<StudyEstimate>) =>
    previewText({
      name: 'a',
      title: 'a',
      runs: RUNS.slice(0, 1),
      estimate: { ...ESTIMATE, ...estimate },
      warnings: [],
      dataChanged: false,
    })
      .split('\n')
      .at(-1);
  expect(of({ measured: false })).toContain('12 min 34 s, one after another (scaled from other networks)');
  expect(of({ seconds: null })).toBe('1 run: about 34 MB on disk; no speed is known yet on this machine.');
  expect(of({ runs: 0 })).toBe('1 run, all finished.');
});
