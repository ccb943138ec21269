import { CascadeError } from '../../../common/errors.ts';
import { findRun } from '../find-run.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const remove: CommandFile = ({ program, around, withClient }) => {
  program
    .command('delete')
    .argument('<run>', 'its id, or a unique prefix')
    .description('delete a run with its checkpoints and logs')
    .option('--yes', 'do not ask for confirmation')
    .action(
      withClient<GlobalOptions & { yes?: boolean }>(async ({ client, output, name, options }) => {
        const id = await findRun(client, name);
        const ask = around.isInteractive && options.yes !== true && !output.json;
        if (ask && !(await around.confirm(`Delete ${id} and everything that was logged of it?`)))
          throw new CascadeError('NOT_CONFIRMED', `${id} was not deleted.`);
        await client.runs.remove({ id });
        output.result({ id, deleted: true }, `Deleted ${id}.`);
      }),
    );
};
