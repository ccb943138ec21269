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
 * @param options.none whether it is right that no run is set going
 * @returns whether any run was
 * @throws CascadeError INTERRUPTED after Ctrl+C, RUNS_NOT_FINISHED where any ended otherwise than finished, NOT_MENDED
 *   where checkpoints of a finished one could not be made again.
 */
export async function runToTheEnd(
  client: CascadeClient,
  begin: () => Promise<readonly string[]>,
  output: Output,
  around: Surroundings,
  { none = 'is wrong' }: { none?: 'is wrong' | 'is right' } = {},
): Promise<boolean> {
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
    // A finished run has a reason only where checkpoints of it could not be made again.
    const reasons = runs.flatMap(({ id, state, reason }) =>
      state === 'finished' && reason !== null ? [`${id}: ${reason}`] : [],
    );
    output.record({ type: 'done', ok: unfinished.length + reasons.length === 0, runs });
    if (runs.length === 0 && none === 'is right' && !interrupt.signal.aborted) return false;
    output.say(`\n${listText(runs, SHOWN_THRESHOLD)}`);
    if (interrupt.signal.aborted)
      throw new CascadeError(
        'INTERRUPTED',
        'Stopped: `cascade resume RUN` goes on from the last saved epoch; running the study again resumes all of its runs.',
      );
    if (unfinished.length > 0 || runs.length === 0) throw notFinished(unfinished);
    if (reasons.length > 0) throw new CascadeError('NOT_MENDED', reasons.join(' '));
    return true;
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
