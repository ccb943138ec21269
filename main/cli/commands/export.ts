import { Option } from 'commander';
import { WEIGHT_FORMATS } from '../../../common/codec/weight-formats.ts';
import { EXPORTED_TABLES, type ExportOptions, exportProblem, exportedCsv } from '../export-csv.ts';
import { findRun } from '../find-run.ts';
import { writeWhole } from '../write-file.ts';
import type { CommandFile, GlobalOptions } from './command.ts';
import { epochOption } from './options.ts';
import { save } from './save.ts';

export const exportCommand: CommandFile = ({ program, withClient }) => {
  program
    .command('export')
    .argument('<run>', 'its id, or a unique prefix')
    .description('write the weights and masks after an epoch as safetensors, or a table of numbers as CSV')
    .addOption(epochOption().makeOptionMandatory(false))
    .option('--out <file>', 'the .safetensors file to write')
    .addOption(
      new Option(
        '--format <format>',
        'weights with masks beside them (default), the plain state dict of PyTorch, or that of torch.nn.utils.prune',
      ).choices(WEIGHT_FORMATS),
    )
    .addOption(
      new Option('--what <table>', 'the table: of all epochs, unless --epoch says which').choices(
        EXPORTED_TABLES,
      ),
    )
    .option('--csv <file>', 'the .csv file to write')
    .option('--force', 'replace an existing file')
    .hook('preAction', (command) => {
      const problem = exportProblem(command.opts<ExportOptions>());
      if (problem !== null) command.error(`error: ${problem}`);
    })
    .action(
      withClient<GlobalOptions & ExportOptions & { force?: boolean }>(
        async ({ client, output, name, options }) => {
          const { epoch, out, format = 'default', what, csv: file, force = false } = options;
          const id = await findRun(client, name);
          if (out !== undefined && epoch !== undefined)
            await save(
              await client.runs.weights({ id, epoch, format }),
              { id, ...options, epoch, out },
              output,
            );
          if (what === undefined || file === undefined) return;
          const { csv, rows } = await exportedCsv(client, id, what, epoch);
          await writeWhole(file, Buffer.from(csv), force, options.workspace);
          output.result({ id, what, file, rows }, `Wrote ${file} (${rows} rows).`);
        },
      ),
    );
};
