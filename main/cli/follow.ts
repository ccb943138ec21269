import { ORPCError } from '@orpc/client';
import { decodeRuns } from '../../common/codec/run-frames.ts';
import { CascadeError } from '../../common/errors.ts';
import type { RunState, RunSummary, WorkstationEvent } from '../../common/contract/schemas.ts';
import type { CascadeClient } from '../api/router.ts';

/** States in which nothing more happens to a run by itself. A paused run may still be resumed in a window. */
const ENDED: ReadonlySet<RunState> = new Set(['finished', 'failed', 'stopped', 'interrupted']);
const CAN_STOP: ReadonlySet<RunState> = new Set(['queued', 'running', 'paused']);

export interface Follow {
  client: CascadeClient;
  /** Asks for the runs, once listening has begun; answers with their ids. */
  begin(): Promise<readonly string[]>;
  /** Called for what happens to the followed runs. */
  onEvent(event: WorkstationEvent): void;
  /** When it aborts, the runs that `begin` set going are stopped; they can be resumed. */
  interrupt: AbortSignal;
}

/** Listens until all of the runs have ended; answers with how each did. A run that is removed meanwhile is left out. */
export async function followRuns({ client, begin, onEvent, interrupt }: Follow): Promise<RunSummary[]> {
  const active = new Set(decodeRuns(await client.runs.list({ states: [...CAN_STOP] })).map((run) => run.id));
  let events = await client.workstation.events();
  // The stream starts with its first event: from here on nothing that happens is missed.
  await events.next();
  const ids = await begin();
  const followed = new Set(ids);
  const ours = ids.filter((id) => !active.has(id));
  const runs = new Map<string, RunSummary>();
  const refresh = async () => {
    const listed = decodeRuns(await client.runs.list({ ids: [...ids] }).catch(refuseLeft));
    runs.clear();
    for (const run of listed) if (followed.has(run.id)) runs.set(run.id, run);
  };

  const stop = () => void stopRuns(client, ours);
  if (interrupt.aborted) stop();
  interrupt.addEventListener('abort', stop);
  try {
    await refresh();
    for (;;) {
      if (allEnded(runs)) {
        // Events of before `begin` may still have been on their way: the list is what counts. An owner that has left
        // with the last of its runs does not answer any more; then its events have told all there was.
        await refresh().catch(forgiveLeft);
        if (allEnded(runs)) break;
      }
      const next = await events.next().catch(async (error: unknown) => {
        // We fell too far behind: from the beginning of a new stream on the list tells what the old one did not.
        if (!(error instanceof ORPCError) || error.code !== 'CONFLICT') refuseLeft(error);
        events = await client.workstation.events();
        const first = await events.next();
        await refresh();
        return first;
      });
      if (next.done === true) throw new CascadeError('OWNER_GONE', GONE);
      if (note(next.value, followed, runs)) onEvent(next.value);
    }
  } finally {
    interrupt.removeEventListener('abort', stop);
    await events.return?.()?.catch(refuseLeft).catch(forgiveLeft);
  }
  return [...runs.values()];
}

const GONE = 'The process that trained the runs has gone: start it again, and resume what was interrupted.';

/** What fails without an answer fails because the process at the other end has left. */
function refuseLeft(error: unknown): never {
  throw error instanceof ORPCError ? error : new CascadeError('OWNER_GONE', GONE, { cause: error });
}

function forgiveLeft(error: unknown): void {
  if (!(error instanceof CascadeError && error.code === 'OWNER_GONE')) throw error;
}

function allEnded(runs: ReadonlyMap<string, RunSummary>): boolean {
  return [...runs.values()].every(({ state }) => ENDED.has(state));
}

/** Keeps the runs up to date; answers whether the event is of a followed run. */
function note(
  event: WorkstationEvent,
  followed: ReadonlySet<string>,
  runs: Map<string, RunSummary>,
): boolean {
  switch (event.type) {
    case 'status':
    case 'kept studies':
    case 'documents':
      return false;
    case 'run':
      if (followed.has(event.run.id)) runs.set(event.run.id, event.run);
      return followed.has(event.run.id);
    case 'removed':
      runs.delete(event.id);
      return followed.has(event.id);
    default:
      return followed.has(event.id);
  }
}

/** Those that wait first, so that none takes the place of one that stops. */
async function stopRuns(client: CascadeClient, ids: readonly string[]): Promise<void> {
  const runs = decodeRuns(await client.runs.list({ ids: [...ids], states: [...CAN_STOP] }));
  const waitingFirst = runs.sort((a, b) => Number(a.state !== 'queued') - Number(b.state !== 'queued'));
  // One that has just ended by itself cannot be stopped, and need not be.
  for (const run of waitingFirst) await client.runs.stop({ id: run.id }).catch(() => {});
}
