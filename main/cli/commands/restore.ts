import type { Command } from 'commander';
import type { CommandFile, GlobalOptions } from './command.ts';

export const restore: CommandFile = ({ program, around, outputFor }) => {
  program
    .command('restore')
    .argument('<file>', 'a backup or another copy of workspace.sqlite')
    .description("replace the workspace's database by a copy; the replaced files are kept")
    .action(async (file: string, _, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<GlobalOptions>();
      const done = await around.restoreDatabase(workspace, file);
      outputFor(json).result({ workspace, restored: file }, done);
    });
};
