import { concurrencyOption, threadsOption } from '../../entry/options.ts';
import { warningLines } from '../check.ts';
import { runToTheEnd } from '../run-command.ts';
import { readStudy } from '../study-file.ts';
import type { CommandFile, StudyOptions } from './command.ts';
import { acceptOption } from './options.ts';

export const run: CommandFile = ({ program, around, withClient }) => {
  program
    .command('run')
    .argument('<study>', 'a study file, or the name of a bundled study')
    .description('train all runs of a study; finished runs stay as they are')
    .addOption(acceptOption())
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .action(
      withClient<StudyOptions>(async ({ client, output, name, options }) => {
        const { acceptChangedData = false } = options;
        const study = { ...(await readStudy(client, name)), acceptChangedData };
        const start = async (): Promise<string[]> => {
          const { runs, warnings } = await client.studies.start(study);
          for (const line of warningLines({ warnings })) output.warn(line);
          return runs;
        };
        await runToTheEnd(client, start, output, around);
      }),
    );
};
