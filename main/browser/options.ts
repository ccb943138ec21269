import { Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { defaultWorkspace } from '../ways/application.ts';

export interface BrowserOptions {
  workspace: string;
  port: number;
  open: boolean;
  starter: boolean;
  concurrency?: number;
  threads?: number;
}

/** A parser of whole numbers in [from, to], for commander. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
  };
}

/** The options that every way in shares. */
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

/** Parses the arguments after the script's name; commander prints help and mistakes itself, and exits. */
export function parseBrowserOptions(args: readonly string[], version: string): BrowserOptions {
  const command = new Command('cascade-browser')
    .description('Opens Cascade Lab in a tab of your browser, served by this machine to this machine only.')
    .version(version)
    .addOption(workspaceOption())
    .addOption(
      new Option('--port <n>', 'port to listen on; 0 takes any that is free')
        .default(0)
        .argParser(wholeNumber(0, 65535)),
    )
    .option('--no-open', 'print the address, but do not open it')
    .option('--start-starter', 'start the starter study in an empty workspace (the default)')
    .option('--no-starter', 'leave an empty workspace empty')
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .allowExcessArguments(false)
    .parse(args, { from: 'user' });
  const options = command.opts<BrowserOptions & { startStarter?: boolean }>();
  return {
    workspace: options.workspace,
    port: options.port,
    open: options.open,
    starter: options.startStarter ?? options.starter,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  };
}
