import { describe, expect, it } from 'vitest';
import type { EpochSummary, RunSummary } from '../../../common/contract/schemas.ts';
import { FieldCatalogue } from '../../../common/fields/catalogue.ts';
import { readColumns } from '../../../renderer/runs/columns.ts';
import { sortValue } from '../../../renderer/runs/sort.ts';
import {
  actionsOf,
  controlsOf,
  deviceName,
  excessText,
  lastExcessText,
  progressShare,
  standingOf,
} from '../../../renderer/format/runs.ts';
import { inspectedRun } from '../../../renderer/ui/inspected-run.ts';

const RUN: RunSummary = {
  data: null,
  dataPinned: false,
  tags: [],
  note: null,
  starred: false,
  binnedAt: null,
  id: 'a3f1c29e07b4-s0',
  hash: 'a3f1c29e07b4',
  seed: 0,
  memberships: [{ study: 'starter', arm: 'random depthwise', place: 0 }],
  state: 'running',
  reason: null,
  control: '5be0172c94da-s0',
  previousMask: null,
  trunk: null,
  masks: null,
  priority: 0,
  prunes: true,
  createdAt: 0,
  startedAt: 0,
  endedAt: null,
  epochsDone: 4,
  epochsTotal: 10,
  progress: { epoch: 5, step: 50, steps: 100, secondsLeft: 9, trainLoss: 0.1 },
  testAccuracy: 0.9,
  validationAccuracy: 0.9,
  states: { pruned: 0.04, shed: { '1e-3': 0.56 }, inertAtLeast: 0.1, zero: 0.04 },
  excess: { '1e-3': 0.39 },
  excessEpoch: 4,
  model: 'depthwise-separable',
  optimizer: 'sgd',
  criterion: 'random',
};

describe('a run for people', () => {
  it('is said to be uncontrolled wherever it has no control, and a control to be one', () => {
    expect(excessText(RUN, '1e-3')).toBe('+39.0 pp');
    expect(excessText({ ...RUN, control: null, excess: null }, '1e-3')).toBe('uncontrolled');
    expect(excessText({ ...RUN, control: null, prunes: false, excess: null }, '1e-3')).toBe('control');
    expect(excessText({ ...RUN, excess: null }, '1e-3')).toBe('–');
    expect(standingOf({ prunes: true, control: null, previousMask: null })).toBe('uncontrolled');
  });

  it('never shows the excess of another epoch as its own', () => {
    const ahead = { ...RUN, epochsDone: 10 };
    expect(excessText(ahead, '1e-3')).toBe('+39.0 pp at epoch 4');
    expect(inspectedRun(ahead, '1e-3').sections.flatMap(({ rows }) => rows)).toContainEqual({
      label: 'excess at 1e-3',
      value: '+39.0 pp at epoch 4',
      quantity: 'excess',
    });
    // Nor is it sorted among those of last epochs.
    const sorted = (run: RunSummary): unknown => {
      const [column] = readColumns('excess', new FieldCatalogue([]));
      return sortValue(column!, { run, setting: () => undefined }, '1e-3');
    };
    expect(sorted(RUN)).toBe(0.39);
    expect(sorted(ahead)).toBeNull();
    const previousMask = { control: 'ffffffffffff-s0', excess: { '1e-3': 0.02 }, excessEpoch: 3 };
    expect(lastExcessText({ ...RUN, previousMask }, 'previous-mask', '1e-3')).toBe('+2.0 pp at epoch 3');
  });

  it('never shows the excess over one control for that over another', () => {
    const previousMask = { control: 'ffffffffffff-s0', excess: { '1e-3': 0.02 }, excessEpoch: 4 };
    const both = { ...RUN, previousMask };
    expect(controlsOf(both)).toEqual(['dense', 'previous-mask']);
    expect(excessText(both, '1e-3')).toBe('+39.0 pp');
    const alone = { ...both, control: null, excess: null };
    expect(standingOf(alone)).toBe('controlled');
    expect(excessText(alone, '1e-3')).toBe('previous mask');
    const rowsOf = (run: RunSummary, at?: EpochSummary, excess?: Parameters<typeof inspectedRun>[3]) =>
      inspectedRun(run, '1e-3', at, excess)
        .sections.flatMap(({ rows }) => rows)
        .flatMap(({ label, value }) =>
          /excess|control|mask|same weights/.test(label) ? [[label, value]] : [],
        );
    expect(rowsOf(both)).toEqual([
      ['control', RUN.control],
      ['previous mask', previousMask.control],
      ['over dense control', '+39.0 pp'],
      ['over previous mask', '+2.0 pp'],
    ]);
    expect(rowsOf(alone)).toEqual([
      ['control', 'no dense one'],
      ['previous mask', previousMask.control],
      ['over previous mask', '+2.0 pp'],
    ]);
    expect(rowsOf(RUN).at(-1)).toEqual(['excess at 1e-3', '+39.0 pp']);
    const at = { epoch: 2, shed: {}, testAccuracy: 1, validationAccuracy: 1 } as unknown as EpochSummary;
    const of = (share: number) => [
      { epoch: 2, run: {}, control: { '1e-3': share / 2 }, excess: { '1e-3': share }, layers: [] },
    ];
    expect(
      rowsOf(both, at, { dense: of(0.3), 'previous-mask': of(0.1) })
        .slice(2)
        .map(([, value]) => value),
    ).toEqual(['15.0%', '+30.0 pp', '5.0%', '+10.0 pp']);
  });

  it('has gone as far as its epochs and the part of the one under way', () => {
    expect(progressShare(RUN)).toBeCloseTo(0.45);
    expect(progressShare({ ...RUN, state: 'finished', epochsDone: 10 })).toBe(1);
    expect(progressShare({ ...RUN, epochsTotal: 0 })).toBe(0);
  });

  it('offers what its state allows', () => {
    expect(actionsOf('running')).toEqual({ pause: true, resume: false, stop: true, remove: false });
    expect(actionsOf('interrupted')).toEqual({ pause: false, resume: true, stop: false, remove: true });
    expect(actionsOf('finished')).toEqual({ pause: false, resume: false, stop: false, remove: true });
  });

  it('runs on a device with a short name', () => {
    expect(deviceName('/job:localhost/replica:0/task:0/device:CPU:0')).toBe('cpu');
    expect(deviceName('/job:localhost/replica:0/task:0/device:GPU:1')).toBe('gpu 1');
    expect(deviceName('cpu')).toBe('cpu');
    expect(deviceName(null)).toBeNull();
  });
});
