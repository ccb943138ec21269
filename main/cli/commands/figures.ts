import { Option } from 'commander';
import { FIGURE_FORMATS, type FigureFormat } from '../../../common/contract/figure-schemas.ts';
import { wholeNumber } from '../../entry/options.ts';
import { addFigures, checkFigures, listFigures, removeFigures, writeFigures } from '../figures.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

type FiguresOptions = GlobalOptions & {
  out: string;
  format?: FigureFormat[];
  dpi: number;
  check?: boolean;
  list?: boolean;
  add?: string[];
  remove?: boolean;
};

export const figures: CommandFile = ({ program, withClient }) => {
  program
    .command('figures')
    .argument('[names...]', 'figures of the workspace; all of them unless named')
    .description('write the figures of the workspace again, from its runs as they are now')
    .option('--out <dir>', 'the folder for the files, which replace those of the same names', 'figures')
    .addOption(
      new Option('--format <formats...>', 'what to write; by default all that a figure has').choices(
        FIGURE_FORMATS,
      ),
    )
    .addOption(
      new Option('--dpi <n>', 'pixels an inch of PNG files').argParser(wholeNumber(36, 1200)).default(300),
    )
    .option('--check', 'write nothing: fail where the workspace gives other numbers than the files have')
    .option('--list', 'write nothing: list the figures')
    .option('--add <files...>', 'first keep the figures that these JSON files specify')
    .option('--remove', 'forget the named figures; their files stay')
    .action(
      withClient<FiguresOptions>(async ({ client, output, given, options }) => {
        const names = given[0] as string[];
        const { add = [], out, dpi, format } = options;
        const added = await addFigures(client, add);
        if (options.list === true) return listFigures(client, output);
        if (options.remove === true) return removeFigures(client, output, names);
        const chosen = names.length > 0 ? names : added;
        if (options.check === true) return checkFigures(client, output, chosen, out);
        await writeFigures(client, output, chosen, { folder: out, formats: format ?? null, dpi });
      }),
    );
};
