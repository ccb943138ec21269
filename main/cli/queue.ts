import { InvalidArgumentError, type Command } from 'commander';
import { decodeRuns } from '../../common/codec/run-frames.ts';
import type { ResumedRuns, RunState } from '../../common/contract/schemas.ts';
import type { CascadeClient } from '../api/router.ts';
import { findRun } from './find-run.ts';
import type { Output } from './output.ts';
import { runToTheEnd } from './run-command.ts';
import type { Surroundings } from './surroundings.ts';

const MOST_PRIORITY = 1000;

/** A priority as it is written on the command line, for commander. */
export function parsePriority(text: string): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Math.abs(value) <= MOST_PRIORITY) return value;
  throw new InvalidArgumentError(`It must be a whole number from -${MOST_PRIORITY} to ${MOST_PRIORITY}.`);
}

/** Before `resume` opens a workspace: it takes one run, or all. */
export function requireOneOrAll(command: Command): void {
  const all = command.opts<{ all?: boolean }>().all === true;
  if (all === command.args.length > 0)
    command.error('error: name one run, or give --all for every one that was interrupted');
}

/**
 * Goes on with one run, or with all that were interrupted or whose data are back, and shows how they go until they have ended.
 *
 * @param wanted.name the beginning of a run's id, unless all are wanted
 * @throws CascadeError NOT_FOUND, AMBIGUOUS, and as `runToTheEnd`
 */
export async function resume(
  client: CascadeClient,
  wanted: { name: string; all: boolean },
  output: Output,
  around: Surroundings,
): Promise<void> {
  if (!wanted.all) {
    const id = await findRun(client, wanted.name);
    await runToTheEnd(client, () => client.runs.resume({ id }).then(() => [id]), output, around);
    return;
  }
  const runs = decodeRuns(await client.runs.list({ states: ['interrupted', 'failed', 'stopped'] }));
  const countOf = (state: RunState): number => runs.filter((run) => run.state === state).length;
  let left: ResumedRuns['failed'] = [];
  if (countOf('interrupted') + countOf('failed') > 0) {
    const begin = async (): Promise<string[]> => {
      const resumed = await client.runs.resumeAll();
      left = resumed.failed;
      for (const { id, reason } of left) output.warn(`Left out: ${id} failed (${reason}).`);
      return resumed.runs;
    };
    const went = await runToTheEnd(client, begin, output, around, { none: 'is right' });
    if (left.length > 0) output.say(failedText(left.length));
    if (went) return;
  } else output.record({ type: 'done', ok: true, runs: [] });
  output.say(`No run was interrupted: there is nothing to resume.${stoppedText(countOf('stopped'))}`);
}

function failedText(count: number): string {
  const which = count === 1 ? '1 run that failed was' : `${count} runs that failed were`;
  return `${which} left out, since a failed run would fail again: \`cascade resume RUN\` tries one anyway.`;
}

function stoppedText(count: number): string {
  if (count === 0) return '';
  return ` ${count} ${count === 1 ? 'was' : 'were'} stopped by hand: resume each by its id, or run the study again.`;
}
