import type { Command } from 'commander';
import type { CommandFile, GlobalOptions } from './command.ts';

export const restore: CommandFile = ({ program, around, outputFor }) => {
  program
    .command('restore')
    .argument('<file>', 'a backup or another copy of workspace.sqlite')
    .description("put a copy in the place of the workspace's database; what it replaces is kept")
    .action(async (file: string, _, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<GlobalOptions>();
      const done = await around.restoreDatabase(workspace, file);
      outputFor(json).result({ workspace, restored: file }, done);
    });
};
