import type { Command } from 'commander';
import type { CommandFile, GlobalOptions } from './command.ts';

export const anew: CommandFile = ({ program, around, outputFor }) => {
  program
    .command('anew')
    .description('start an empty database where the old one is lost or damaged; what is left of it is kept')
    .action(async (_, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<GlobalOptions>();
      const done = await around.beginAnew(workspace);
      outputFor(json).result({ workspace, anew: true }, done);
    });
};
