import { Command } from 'commander';
import { addWindowOptions, windowOptionsOf, type WindowOptions } from '../entry/options.ts';

/** Parses the arguments after the application's own; switches of Chromium's are left to it. */
export function parseDesktopOptions(args: readonly string[], version: string): WindowOptions {
  const command = addWindowOptions(new Command('cascade-desktop').version(version))
    .allowUnknownOption()
    .allowExcessArguments()
    .parse(args, { from: 'user' });
  return windowOptionsOf(command);
}
