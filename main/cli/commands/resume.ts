import { concurrencyOption, threadsOption } from '../../entry/options.ts';
import { requireOneOrAll, resume } from '../queue.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const resumeCommand: CommandFile = ({ program, around, withClient }) => {
  program
    .command('resume')
    .argument('[run]', 'its id, or a unique prefix')
    .description('resume an unfinished run, or train the damaged checkpoints of a finished one again')
    .option('--all', 'resume every run that was interrupted, or that failed for missing data that are back')
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .hook('preAction', requireOneOrAll)
    .action(
      withClient<GlobalOptions & { all?: boolean }>(async ({ client, output, name, options }) => {
        await resume(client, { name, all: options.all === true }, output, around);
      }),
    );
};
