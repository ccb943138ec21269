import { type Command, Option } from 'commander';
import { wholeNumber } from '../../entry/options.ts';
import { benchText } from '../bench-text.ts';
import { writeWhole } from '../write-file.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

type BenchOptions = GlobalOptions & { only?: string[]; rounds: number; out?: string };

export const bench: CommandFile = ({ program, around, outputFor }) => {
  program
    .command('bench')
    .description('measure speed, beside PyTorch where CASCADE_PYTHON names one')
    .option('--only <names...>', 'only these, by the beginnings of their names')
    .addOption(
      new Option('--rounds <n>', 'timed rounds of each comparison')
        .default(5)
        .argParser(wholeNumber(1, 1000)),
    )
    .option('--out <file>', 'write the JSON there too, replacing what is there')
    .action(async (_, command: Command) => {
      const { json, only = [], rounds, out } = command.optsWithGlobals<BenchOptions>();
      const output = outputFor(json);
      const result = await around.benchmark({ only, rounds, say: (line) => output.warn(line) });
      if (out !== undefined) await writeWhole(out, Buffer.from(`${JSON.stringify(result, null, 2)}\n`), true);
      output.result(result, benchText(result));
    });
};
