import { describe, expect, it } from 'vitest';
import type { RunState, RunSummary } from '../../common/contract/schemas.ts';
import { keptBecause, neededBy, takenAway } from '../../renderer/format/needed-by.ts';
import { absentSentence, type Side } from '../../renderer/replay/absent.ts';

function run(id: string, changes: Partial<RunSummary> = {}): RunSummary {
  const nothing = { control: null, previousMask: null, trunk: null, masks: null, state: 'finished' };
  return {
    ...nothing,
    id,
    seed: 0,
    memberships: [{ study: 's', arm: id, place: 0 }],
    ...changes,
  } as RunSummary;
}

describe('what needs a run', () => {
  it('keeps a control from being deleted, and says for whom', () => {
    const needed = neededBy([
      run('control'),
      run('mask'),
      run('a', { control: 'control', previousMask: { control: 'mask', excess: null, excessEpoch: null } }),
      ...['b', 'c', 'd', 'e'].map((id) => run(id, { control: 'control' })),
    ]);
    expect(keptBecause(needed.get('mask'))).toContain(
      'the control of a run, to be deleted first: s · a · seed 0.',
    );
    expect(keptBecause(needed.get('control'))).toMatch(/5 runs.*s · a · seed 0; s · b.*and 2 more/);
    expect(keptBecause(needed.get('a'))).toBeNull();
    expect(takenAway(needed.get('control'))).toBeNull();
  });

  it('tells of those that still take epochs or masks from it', () => {
    const trunk = { id: 'trunk', epoch: 2 };
    const needed = neededBy([
      run('trunk'),
      run('a', { trunk, state: 'queued' }),
      run('b', { masks: trunk, state: 'interrupted' }),
      run('c', { trunk, masks: trunk }),
    ]);
    expect(keptBecause(needed.get('trunk'))).toBeNull();
    expect(takenAway(needed.get('trunk'))).toMatch(/s · a · seed 0; s · b · seed 0\./);
  });
});

describe('a side of the replay that is not there', () => {
  const side: Side = {
    role: 'control',
    state: 'stopped',
    epochs: [0, 1, 2, 4],
    epoch: 2,
    measuresThreshold: true,
    threshold: '1e-4',
    isMissing: false,
  };
  const said = (changes: Partial<Side>) => absentSentence({ ...side, ...changes });

  it('is waited for only where it may come', () => {
    expect(said({})).toBeNull();
    for (const state of ['stopped', 'failed', 'interrupted'] satisfies RunState[]) {
      expect(said({ state, epochs: [] })).toMatch(
        new RegExp(`is ${state} and has measured no epoch: resume`),
      );
      expect(said({ state, epoch: 9 })).toMatch(/after epoch 4; epoch 9 was not measured: resume/);
    }
    expect(said({ state: 'finished', epoch: 9 })).toMatch(/was not measured\.$/);
    for (const state of ['queued', 'running', 'paused'] satisfies RunState[]) {
      expect(said({ state, epochs: [] })).toMatch(/it is shown once it has/);
      expect(said({ state, epoch: 9 })).toMatch(/has reached epoch 4 so far/);
    }
    expect(said({ epoch: 3 })).toBe('Epoch 3 of this control was not measured.');
    expect(said({ measuresThreshold: false })).toMatch(/does not measure shed ≤ 1e-4/);
    expect(said({ isMissing: true })).toMatch(/are not stored/);
  });
});
