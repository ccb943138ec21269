import { CommanderError } from 'commander';
import { failureOf, reportFailure } from './failure.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import type { Surroundings } from './surroundings.ts';

const FAILED = 1;
const MISUSED = 2;
/** Exit codes of failures that scripts tell from one another; every other is FAILED. */
const EXITS: Readonly<Record<string, number>> = {
  INTERRUPTED: 130,
  CHANGED: 3,
  MORE_RUNS: 4,
  RUNS_GONE: 5,
};

/** Runs one command. Answers with the exit code: 0 only on success. */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    await createProgram(around).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const output = new Output(args.includes('--json'), around.stdout, around.stderr);
    if (error instanceof CommanderError) {
      // commander has written its sentence, or the help that was asked for.
      if (error.exitCode === 0) return 0;
      output.record({ error: { code: 'USAGE', message: error.message.replace(/^error: /, '') } });
      return MISUSED;
    }
    const failure = failureOf(error);
    // The doctor's report is the document already, problems and all.
    if (failure.code === 'NOT_WELL') output.warn(failure.message);
    else reportFailure(failure, output);
    return EXITS[failure.code] ?? FAILED;
  }
}
