import type { Command } from 'commander';
import { describeMeasures, measuresMarkdown, measuresText } from '../measures.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const measures: CommandFile = ({ program, around, outputFor }) => {
  program
    .command('measures')
    .description('list every number that is measured of a run, with its definition')
    .option('--markdown', 'write the page docs/measures.md')
    .action((_, command: Command) => {
      const { json, markdown } = command.optsWithGlobals<GlobalOptions & { markdown?: boolean }>();
      if (markdown === true) around.stdout.write(`${measuresMarkdown()}\n`);
      else outputFor(json).result(describeMeasures(), measuresText());
    });
};
