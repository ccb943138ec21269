import { findRun } from '../find-run.ts';
import type { CommandFile } from './command.ts';

export const stop: CommandFile = ({ program, withClient }) => {
  program
    .command('stop')
    .argument('<run>', 'its id, or a unique prefix')
    .description('stop a run; it can be resumed')
    .action(
      withClient(async ({ client, output, name }) => {
        const id = await findRun(client, name);
        await client.runs.stop({ id });
        output.result({ id, state: 'stopped' }, `Stopped ${id}.`);
      }),
    );
};
