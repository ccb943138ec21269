import { findRun } from '../find-run.ts';
import { parsePriority } from '../queue.ts';
import type { CommandFile } from './command.ts';

export const priority: CommandFile = ({ program, withClient }) => {
  program
    .command('priority')
    .argument('<run>', 'its id, or a unique prefix')
    .argument('<n>', 'from -1000 to 1000; 0 unless a study says otherwise', parsePriority)
    .description(
      'train a run before others that wait: those of higher priority come first, each after the runs that it needs',
    )
    .action(
      withClient(async ({ client, output, name, given }) => {
        const id = await findRun(client, name);
        const priority = given[1] as number;
        const { raised } = await client.runs.setPriority({ id, priority });
        const also = raised.length === 0 ? '' : ` So have the runs that it needs: ${raised.join(', ')}.`;
        output.result({ id, priority, raised }, `${id} has priority ${priority}.${also}`);
      }),
    );
};
