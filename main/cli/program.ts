import { Command } from 'commander';
import { workspaceOption } from '../entry/options.ts';
import { commandKit } from './commands/command.ts';
import { COMMANDS } from './commands/registry.ts';
import type { Surroundings } from './surroundings.ts';

/** The command line with all its commands. */
export function createProgram(around: Surroundings): Command {
  const program = new Command('cascade')
    .description('Trains, prunes and inspects networks without a window.')
    .version(around.version)
    .addOption(workspaceOption())
    .option(
      '--json',
      'write JSON to standard output: one document, or a line for each event of run and resume',
    )
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('`cascade --help` lists the commands.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    });

  const kit = commandKit(program, around);
  for (const add of COMMANDS) add(kit);
  return program;
}
