import { Command, Option } from 'commander';
import { addWindowOptions, wholeNumber, windowOptionsOf, type WindowOptions } from '../entry/options.ts';

export interface BrowserOptions extends WindowOptions {
  port: number;
  open: boolean;
}

/** Parses the arguments after the script's name; commander prints help and mistakes itself, and exits. */
export function parseBrowserOptions(args: readonly string[], version: string): BrowserOptions {
  const command = addWindowOptions(
    new Command('cascade-browser')
      .description('Opens Cascade Lab in a tab of your browser, served by this machine to this machine only.')
      .version(version),
  )
    .addOption(
      new Option('--port <n>', 'port to listen on; 0 takes any that is free')
        .default(0)
        .argParser(wholeNumber(0, 65535)),
    )
    .option('--no-open', 'print the address, but do not open it')
    .allowExcessArguments(false)
    .parse(args, { from: 'user' });
  const { port, open } = command.opts<BrowserOptions>();
  return { ...windowOptionsOf(command), port, open };
}
