import { Command, Option } from 'commander';
import { addWindowOptions, wholeNumber, windowOptionsOf, type WindowOptions } from '../entry/options.ts';

export interface BrowserOptions extends WindowOptions {
  port: number;
  open: boolean;
  /** In a window of its own where a Chromium is installed; else in a tab. */
  window: boolean;
}

/** Parses the arguments after the script's name; commander prints help and mistakes itself, and exits. */
export function parseBrowserOptions(args: readonly string[], version: string): BrowserOptions {
  const command = addWindowOptions(
    new Command('cascade-browser')
      .description('Opens Cascade Lab in your browser, served by this machine to this machine only.')
      .version(version),
  )
    .addOption(
      new Option('--port <n>', 'port to listen on; 0 takes any that is free')
        .default(0)
        .argParser(wholeNumber(0, 65535)),
    )
    .option('--no-open', 'print the address, but do not open it')
    .option('--tab', 'open it in a tab of your browser, not in a window of its own')
    .allowExcessArguments(false)
    .parse(args, { from: 'user' });
  const { port, open, tab = false } = command.opts<BrowserOptions & { tab?: boolean }>();
  return { ...windowOptionsOf(command), port, open, window: !tab };
}
