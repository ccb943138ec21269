import { previewOf, previewText } from '../check.ts';
import { readStudy } from '../study-file.ts';
import type { CommandFile, StudyOptions } from './command.ts';
import { acceptOption } from './options.ts';

export const check: CommandFile = ({ program, withClient }) => {
  program
    .command('check')
    .argument('<study>', 'a study file, or the name of a bundled study')
    .description('check a study: its mistakes, or its runs, time and disk space')
    .addOption(acceptOption())
    .action(
      withClient<StudyOptions>(async ({ client, output, name, options }) => {
        const { acceptChangedData = false } = options;
        const study = { ...(await readStudy(client, name)), acceptChangedData };
        const preview = previewOf(await client.studies.check(study), study.fileName);
        output.result(preview, previewText(preview));
      }),
    );
};
