import { expect, test } from 'vitest';
import type { RunState, RunSummary } from '../../../common/contract/schemas.ts';
import { endedStudies } from '../../../renderer/frame/ended-studies.ts';

const runs = (...all: [study: string, state: RunState][]) =>
  all.map(
    ([study, state], index) => ({ id: `${index}`, state, memberships: [{ study }] }) as unknown as RunSummary,
  );

test('a study has ended with the last of its runs, once, and says how; one that was over before says nothing', () => {
  const ended = endedStudies();
  expect(ended(runs(['a', 'running'], ['a', 'queued'], ['old', 'finished']))).toEqual([]);
  expect(ended(runs(['a', 'finished'], ['a', 'running'], ['old', 'finished']))).toEqual([]);
  expect(ended(runs(['a', 'finished'], ['a', 'paused']))).toEqual([]);
  expect(ended(runs(['a', 'finished'], ['a', 'failed'], ['b', 'queued']))).toEqual([
    { study: 'a', how: '1 finished, 1 failed' },
  ]);
  expect(ended(runs(['a', 'finished'], ['a', 'failed'], ['b', 'queued']))).toEqual([]);
  // Deleted is not ended; resumed ends again.
  expect(ended(runs(['a', 'running'], ['a', 'failed']))).toEqual([]);
  expect(ended(runs(['a', 'finished'], ['a', 'failed'])).map(({ study }) => study)).toEqual(['a']);
});
