import { CascadeError } from '../../common/errors.ts';
import type { RunSummary } from '../../common/contract/schemas.ts';
import { SHOWN_THRESHOLD } from '../../common/thresholds.ts';
import type { CascadeClient } from '../api/router.ts';
import { followRuns } from './follow.ts';
import { listText } from './list.ts';
import type { Output } from './output.ts';
import { ProgressDisplay } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Sets runs going and shows how they go until all have ended.
 *
 * @throws CascadeError INTERRUPTED after Ctrl+C, RUNS_NOT_FINISHED where any ended otherwise than finished.
 */
export async function runToTheEnd(
  client: CascadeClient,
  begin: () => Promise<readonly string[]>,
  output: Output,
  around: Surroundings,
): Promise<void> {
  const interrupt = around.interrupt();
  const display = new ProgressDisplay(output, SHOWN_THRESHOLD);
  try {
    const runs = await followRuns({
      client,
      begin,
      onEvent: (event) => display.handle(event),
      interrupt: interrupt.signal,
    });
    const unfinished = runs.filter((run) => run.state !== 'finished');
    output.record({ type: 'done', ok: unfinished.length === 0, runs });
    output.say(`\n${listText(runs, SHOWN_THRESHOLD)}`);
    if (interrupt.signal.aborted)
      throw new CascadeError(
        'INTERRUPTED',
        'Stopped: `cascade resume RUN` goes on from the last saved epoch, and so does running the study again with all of them.',
      );
    if (unfinished.length > 0 || runs.length === 0) throw notFinished(unfinished);
  } finally {
    interrupt.release();
  }
}

function notFinished(runs: readonly RunSummary[]): CascadeError {
  const each = runs.map((run) => `${run.id} ${run.state}${run.reason === null ? '' : ` (${run.reason})`}`);
  return new CascadeError(
    'RUNS_NOT_FINISHED',
    `Not all runs finished: ${each.join(', ') || 'they were removed'}.`,
  );
}
