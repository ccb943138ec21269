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

/** Four arms of five seeds, some of which are not done. */
function seeds(): RunSummary[] {
  const arms = ['random 50%', 'random 90%', 'magnitude 90%', 'gradient 90%'];
  const controls = Array.from({ length: 5 }, (_, seed) =>
    summary(`${CONTROL.slice(0, -1)}${seed}`, 'control', 'finished', 12, {
      seed,
      prunes: false,
      control: null,
      excess: null,
      excessEpoch: null,
      hash: 'dddddddddddd',
    }),
  );
  const pruned = arms.flatMap((arm, index) =>
    Array.from({ length: 5 }, (_, seed): RunSummary => {
      const shown = usual()[1]!;
      const isDone = index < 3 && !(index === 2 && seed > 2);
      return {
        ...shown,
        id: `${String(index).repeat(12)}-s${seed}`,
        hash: String(index).repeat(12),
        seed,
        control: controls[seed]!.id,
        memberships: [{ study: 'criteria', arm, place: index }],
        state: isDone ? 'finished' : seed === 3 && index === 2 ? 'running' : 'queued',
        epochsDone: isDone ? 12 : 0,
        testAccuracy: isDone ? 0.93 + 0.01 * index + 0.01 * noise(seed, index + 2) : null,
        excess: isDone
          ? Object.fromEntries(
              Object.entries(shown.excess!).map(([label, value]) => [
                label,
                value * (0.8 + 0.4 * noise(seed, 9)),
              ]),
            )
          : null,
        excessEpoch: isDone ? 12 : null,
        tags: index === 1 ? ['fig 2'] : [],
        starred: index === 1 && seed === 0,
      };
    }),
  );
  return [...controls, ...pruned];
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
  seeds: { title: 'Arms of five seeds', options: () => ({ runs: seeds() }) },
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
