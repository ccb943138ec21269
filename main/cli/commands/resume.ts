import { concurrencyOption, threadsOption } from '../../entry/options.ts';
import { requireOneOrAll, resume } from '../queue.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const resumeCommand: CommandFile = ({ program, around, withClient }) => {
  program
    .command('resume')
    .argument('[run]', 'its id, or enough of its beginning')
    .description('go on with a run that has not finished, or train damaged checkpoints of one that has again')
    .option('--all', 'go on with every run that was interrupted, or failed for want of data that are back')
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .hook('preAction', requireOneOrAll)
    .action(
      withClient<GlobalOptions & { all?: boolean }>(async ({ client, output, name, options }) => {
        await resume(client, { name, all: options.all === true }, output, around);
      }),
    );
};
