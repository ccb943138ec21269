import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { keptBecause, neededBy, takenAway } from '../../../renderer/format/needed-by.ts';

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
