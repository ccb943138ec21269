import { InvalidArgumentError, Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { defaultWorkspace } from './application.ts';

/** A parser of whole numbers in [from, to], for commander. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
  };
}

export function workspaceOption(): Option {
  return new Option('--workspace <dir>', 'folder of the workspace')
    .default(defaultWorkspace())
    .argParser((folder: string) => resolve(folder));
}
export function concurrencyOption(): Option {
  return new Option('--concurrency <n>', 'runs that train at once').argParser(wholeNumber(1, 64));
}
export function threadsOption(): Option {
  return new Option('--threads <n>', "threads within one run's operations").argParser(wholeNumber(1, 1024));
}

/** What every window's workstation is told on the command line. */
export interface WindowOptions {
  workspace: string;
  starter: boolean;
  concurrency?: number;
  threads?: number;
}

export function addWindowOptions(command: Command): Command {
  return command
    .addOption(workspaceOption())
    .option('--start-starter', 'start the starter study in an empty workspace (the default)')
    .option('--no-starter', 'leave an empty workspace empty')
    .addOption(concurrencyOption())
    .addOption(threadsOption());
}

/** Those of a command that was parsed. */
export function windowOptionsOf(command: Command): WindowOptions {
  const { workspace, starter, startStarter, concurrency, threads } = command.opts<
    WindowOptions & { startStarter?: boolean }
  >();
  return {
    workspace,
    starter: startStarter ?? starter,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(threads === undefined ? {} : { threads }),
  };
}
