import type { RunSummary } from '../../common/contract/schemas.ts';
import { CONTROL, excessAt, PREVIOUS, RUN, UNCONTROLLED, summary } from './fake-client.ts';
import type { FakeOptions } from './fake-client.ts';
import { noise } from './simulation.ts';
import { BAD_CHECK, changedDataCheck } from './studies.ts';

/** The whole window in each of its states: choose one with ?scene=NAME, and a view with the address as usual. */
export interface Scene {
  title: string;
  options: () => FakeOptions;
  connection?: 'lost' | 'refused';
}

function usual(): RunSummary[] {
  return [
    summary(CONTROL, 'control', 'finished', 12),
    summary(RUN, 'random 90% of depthwise', 'finished', 12),
    summary(UNCONTROLLED, 'global magnitude 50%', 'finished', 12, {
      control: null,
      excess: null,
      excessEpoch: null,
      criterion: 'magnitude',
    }),
  ];
}

const STATES = ['finished', 'failed', 'interrupted', 'stopped', 'queued', 'paused', 'running'] as const;

/** The excess of an earlier epoch, the last that the control has. */
function lagging(epoch: number): Partial<RunSummary> {
  return { excess: summary(RUN, '', 'finished', epoch).excess, excessEpoch: epoch };
}

/** A run beside its dense control and beside the one that kept the mask before its last pruning. */
function stepwise(): RunSummary[] {
  const { excess } = excessAt(12, PREVIOUS);
  return [
    summary(CONTROL, 'control', 'finished', 12),
    summary(PREVIOUS, 'control of twice 90% without the last pruning', 'finished', 12, {
      memberships: [{ study: 'starter', arm: 'control of twice 90% without the last pruning', place: null }],
    }),
    summary(RUN, 'twice 90% of depthwise', 'finished', 12, {
      previousMask: { control: PREVIOUS, excess, excessEpoch: 12 },
    }),
  ];
}

function many(count: number): RunSummary[] {
  const shown = usual()[1]!;
  return Array.from({ length: count }, (_, index): RunSummary => {
    const state =
      STATES[index < 7 ? index : noise(index, 5) < 0.9 ? 0 : 1 + Math.floor(noise(index, 6) * 4)] ??
      'finished';
    const id = `${Math.floor(noise(index, 1) * 16 ** 6)
      .toString(16)
      .padStart(6, '0')}${index.toString(16).padStart(6, '0')}-s${index % 5}`;
    return {
      ...shown,
      id,
      seed: index % 5,
      state,
      reason: state === 'failed' ? 'The loss became NaN in epoch 4.' : null,
      memberships: [
        { study: `sweep-${1 + (index % 12)}`, arm: `sparsity ${5 + 5 * (index % 19)}%`, place: index % 19 },
      ],
      testAccuracy: 0.9 + 0.09 * noise(index, 2),
      createdAt: shown.createdAt - index * 60_000,
      progress:
        state === 'running' ? { epoch: 5, step: 90, steps: 375, secondsLeft: 41, trainLoss: 0.2 } : null,
      epochsDone: state === 'finished' ? 12 : state === 'queued' ? 0 : 4,
    };
  });
}

export const SCENES: Record<string, Scene> = {
  usual: { title: 'A finished study', options: () => ({ runs: usual() }) },
  live: {
    title: 'A run under way',
    options: () => ({
      runs: [
        summary(CONTROL, 'control', 'finished', 12),
        summary(RUN, 'random 90% of depthwise', 'running', 5),
        summary(UNCONTROLLED, 'global magnitude 50%', 'queued', -1),
      ],
    }),
  },
  lagging: {
    title: 'A control that was stopped',
    options: () => ({
      runs: [
        summary(CONTROL, 'control', 'stopped', 4, { reason: 'Stopped by hand.' }),
        summary(RUN, 'random 90% of depthwise', 'finished', 12, lagging(4)),
      ],
    }),
  },
  stepwise: { title: 'A run beside two controls', options: () => ({ runs: stepwise() }) },
  empty: { title: 'An empty workspace', options: () => ({ runs: [] }) },
  loading: { title: 'Nothing answered yet', options: () => ({ runs: [], delay: Infinity }) },
  error: {
    title: 'Every call fails',
    options: () => ({ runs: [], failure: 'The workspace cannot be read: its disk is gone.' }),
  },
  bad: { title: 'A bad study file', options: () => ({ runs: usual(), check: BAD_CHECK }) },
  changedData: {
    title: 'A study whose data were replaced',
    options: () => ({ runs: usual(), check: changedDataCheck(usual()) }),
  },
  huge: { title: 'Ten thousand runs', options: () => ({ runs: many(10_000) }) },
  lost: { title: 'The connection is lost', options: () => ({ runs: usual() }), connection: 'lost' },
};
