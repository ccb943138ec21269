import { Command } from 'commander';
import { concurrencyOption, threadsOption, workspaceOption } from '../entry/options.ts';

export interface DesktopOptions {
  workspace: string;
  starter: boolean;
  concurrency?: number;
  threads?: number;
}

/** Parses the arguments after the application's own; switches of Chromium's are left to it. */
export function parseDesktopOptions(args: readonly string[], version: string): DesktopOptions {
  const command = new Command('cascade-desktop')
    .version(version)
    .addOption(workspaceOption())
    .option('--start-starter', 'start the starter study in an empty workspace (the default)')
    .option('--no-starter', 'leave an empty workspace empty')
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .allowUnknownOption()
    .allowExcessArguments()
    .parse(args, { from: 'user' });
  const { workspace, starter, startStarter, concurrency, threads } = command.opts<
    DesktopOptions & { startStarter?: boolean }
  >();
  return {
    workspace,
    starter: startStarter ?? starter,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(threads === undefined ? {} : { threads }),
  };
}
