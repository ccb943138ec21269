import type { Command } from 'commander';
import { CascadeError } from '../../../common/errors.ts';
import { doctorText } from '../doctor-text.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const doctor: CommandFile = ({ program, around, outputFor }) => {
  program
    .command('doctor')
    .description('report what is installed and what is missing')
    .action(async (_, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<GlobalOptions>();
      const report = await around.examine(workspace);
      outputFor(json).result(report, doctorText(report));
      if (!report.ok) throw new CascadeError('NOT_WELL', report.problems.join(' '));
    });
};
