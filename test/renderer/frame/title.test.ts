import { expect, test } from 'vitest';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { titleOf } from '../../../renderer/frame/title.ts';

const run = (state: RunSummary['state']): RunSummary =>
  ({
    id: 'a-s0',
    seed: 0,
    memberships: [{ study: 'starter', arm: 'random', place: 0 }],
    state,
    epochsDone: 3,
    epochsTotal: 16,
  }) as unknown as RunSummary;

test('the tab says how far it is, what is shown, and the view', () => {
  const at = (view: 'run' | 'runs' | 'replay' | 'studies' | 'workspace', parameters = {}) => ({
    view,
    parameters,
  });
  expect(titleOf(at('runs'), undefined, null, 0)).toBe('Runs · Cascade Lab');
  expect(titleOf(at('runs'), undefined, null, 2)).toBe('2 running · Runs · Cascade Lab');
  expect(titleOf(at('workspace'), undefined, null, 0)).toBe('Workspace · Cascade Lab');
  expect(titleOf(at('studies', { file: 'mine.yaml' }), undefined, null, 1)).toBe(
    'mine.yaml · Studies · Cascade Lab',
  );
  expect(titleOf(at('run'), run('running'), 9, 1)).toBe('9/16 · starter · random · seed 0 · Cascade Lab');
  expect(titleOf(at('run'), run('running'), null, 1)).toBe('3/16 · starter · random · seed 0 · Cascade Lab');
  expect(titleOf(at('run'), run('failed'), null, 0)).toBe('failed · starter · random · seed 0 · Cascade Lab');
  expect(titleOf(at('replay'), run('finished'), null, 0)).toBe(
    'Replay of starter · random · seed 0 · Cascade Lab',
  );
  // A run that is not known yet.
  expect(titleOf(at('replay', { run: 'x' }), undefined, null, 0)).toBe('Replay · Cascade Lab');
});
