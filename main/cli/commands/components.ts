import type { Command } from 'commander';
import { componentsMarkdown } from '../components-markdown.ts';
import { componentText, componentsText } from '../components-text.ts';
import { findComponents } from '../components.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const components: CommandFile = ({ program, around, outputFor }) => {
  program
    .command('components')
    .alias('parts')
    .argument('[name]', 'a component, to see everything about it')
    .description('list all networks, data sets, criteria and other components that a study may name')
    .option('--markdown', 'write the page docs/components.md')
    .action(async (name: string | undefined, _, command: Command) => {
      const { json, markdown } = command.optsWithGlobals<GlobalOptions & { markdown?: boolean }>();
      const output = outputFor(json);
      const described = await around.components();
      if (markdown === true) around.stdout.write(`${componentsMarkdown(described)}\n`);
      else if (name === undefined) output.result(described, componentsText(described));
      else output.result(findComponents(described, name), componentText(described, name));
    });
};
