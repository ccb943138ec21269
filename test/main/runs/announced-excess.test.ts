import { expect, test } from 'vitest';
import type { WorkstationEvent } from '../../../common/contract/schemas.ts';
import { Problems } from '../../../main/runs/problems.ts';
import { RunJournal } from '../../../main/runs/run-journal.ts';
import { CONTROL, newRun, openTest, recordOf, RUN, temporaryFolder } from '../workspace/fixtures.ts';

test('the windows are told of the excess that an epoch of a control gives the runs that it controls', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(CONTROL, { arm: 'control', prunes: false }));
  await workspace.addRun(newRun(RUN, { control: CONTROL }));
  for (const epoch of [0, 1]) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
  const events: WorkstationEvent[] = [];
  const journal = new RunJournal({
    workspace,
    problems: new Problems(() => undefined),
    emit: (event) => events.push(event),
    progressOf: () => null,
    preparingOf: () => null,
  });
  expect(await workspace.comparedWith(RUN, 0)).toEqual([]);
  for (const epoch of [0, 1]) {
    await workspace.recordEpoch(CONTROL, recordOf(epoch, 1), null, []);
    await journal.announceCompared(CONTROL, epoch);
    expect(events.at(-1)).toMatchObject({ type: 'run', run: { id: RUN, excessEpoch: epoch } });
  }
  expect(events).toHaveLength(2);
  // The control is ahead: nothing of the run has changed.
  await workspace.recordEpoch(CONTROL, recordOf(2, 1), null, []);
  await journal.announceCompared(CONTROL, 2);
  expect(events).toHaveLength(2);
  await workspace.close();
});
