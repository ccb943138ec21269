import { CascadeError } from '../../../common/errors.ts';
import { findRun } from '../find-run.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const studies: CommandFile = ({ program, withClient }) => {
  program
    .command('studies')
    .argument('[name]', 'of a study, whose text is written')
    .description(
      'list the studies that come with the application and those kept in the workspace, or write the text of one',
    )
    .option(
      '--of <run>',
      'write the text of a study that asks for the settings of this run, by its id or a unique prefix',
    )
    .action(
      withClient<GlobalOptions & { of?: string }>(async ({ client, output, name, options }) => {
        if (options.of !== undefined) {
          const study = await client.runs.study({ id: await findRun(client, options.of) });
          return output.result(study, study.text.trimEnd());
        }
        const [bundled, kept] = await Promise.all([client.studies.bundled(), client.studies.kept()]);
        const all = [
          ...kept.map(({ name: file, text, at }) => ({ name: file, kept: new Date(at).toISOString(), text })),
          ...bundled
            .map(({ name: study, text }) => ({ name: `${study}.yaml`, kept: null, text }))
            .filter(({ name: file }) => !kept.some((each) => each.name === file)),
        ];
        if (name === '') {
          const width = Math.max(...all.map((study) => study.name.length));
          const line = (study: (typeof all)[number]) =>
            `${study.name.padEnd(width)}  ${study.kept === null ? 'bundled' : `kept ${study.kept}`}`;
          return output.result(all, all.map(line).join('\n'));
        }
        const found = all.find((study) => study.name === name || study.name.replace(/\.ya?ml$/, '') === name);
        if (!found)
          throw new CascadeError(
            'NOT_FOUND',
            `There is no study '${name}'; there are ${all.map((study) => study.name).join(', ')}.`,
          );
        output.result(found, found.text.trimEnd());
      }),
    );
};
