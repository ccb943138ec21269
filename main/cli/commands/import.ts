import { importAll } from '../run-files.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

type Options = GlobalOptions & {
  where?: string;
  withoutTrunks?: boolean;
  anew?: boolean;
  keep?: boolean;
  preview?: boolean;
};

export const importCommand: CommandFile = ({ program, around, withClient }) => {
  program
    .command('import')
    .argument('<sources...>', 'run files, or folders of other workspaces, which are only read')
    .description('take whole runs from files or from other workspaces: from each all of them, or nothing')
    .option('--where <query>', "only the runs that a query means, such as 'study ~ tiny'")
    .option('--without-trunks', 'leave out runs that trained the first epochs of others or gave them masks')
    .option('--keep', 'runs that differ from those here stay as they are here, as always from a workspace')
    .option(
      '--anew',
      'runs that differ are taken anew from the source; those here are kept in checkpoints/lost',
    )
    .option('--preview', 'write nothing: tell what would become of each run')
    .hook('preAction', (command) => {
      const { anew, keep } = command.opts<Options>();
      if (anew === true && keep === true) command.error('error: --anew and --keep exclude each other');
    })
    .action(
      withClient<Options>(async ({ client, output, given, options }) => {
        const interrupt = around.interrupt();
        try {
          await importAll(client, output, given[0] as string[], {
            where: options.where ?? '',
            trunks: options.withoutTrunks !== true,
            differing: options.anew === true ? 'replace' : options.keep === true ? 'keep' : null,
            preview: options.preview === true,
            signal: interrupt.signal,
          });
        } finally {
          interrupt.release();
        }
      }),
    );
};
