import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../common/contract/schemas.ts';
import { absentSentence, heldSentence, type Side } from '../../../renderer/replay/absent.ts';

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

  it('is held where it ended, and says so', () => {
    expect(heldSentence('finished', 4)).toBe('This run ended at epoch 4, and is held there.');
    expect(heldSentence('stopped', 4)).toBe('This run ended at epoch 4 (stopped), and is held there.');
    expect(heldSentence('running', 4)).toMatch(/has reached epoch 4 so far/);
  });
});
