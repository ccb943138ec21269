import { Command, Option } from 'commander';
import { concurrencyOption, threadsOption, wholeNumber, workspaceOption } from '../entry/options.ts';

export interface BrowserOptions {
  workspace: string;
  port: number;
  open: boolean;
  starter: boolean;
  concurrency?: number;
  threads?: number;
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
