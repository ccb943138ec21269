import { Option } from 'commander';
import { WEIGHT_FORMATS } from '../../../common/codec/weight-formats.ts';
import { SPREAD_NAMES, type Spread } from '../../../common/statistics/spread.ts';
import { SHOWN_THRESHOLD, thresholdKey } from '../../../common/thresholds.ts';
import { EXPORTED_TABLES, exportedCsv, exportProblem, type ExportOptions } from '../export-csv.ts';
import { findRun } from '../find-run.ts';
import { runsMeant, writeRunFile } from '../run-files.ts';
import { writeWhole } from '../write-file.ts';
import type { CommandFile, GlobalOptions } from './command.ts';
import { epochOption } from './options.ts';
import { save } from './save.ts';

type Options = GlobalOptions & ExportOptions & { force?: boolean; spread: Spread; threshold: string };

export const exportCommand: CommandFile = ({ program, withClient }) => {
  program
    .command('export')
    .argument('[run]', 'its id, or a unique prefix; with --html the name of a study')
    .description(
      'write a whole run as one file, the weights and masks after an epoch as safetensors, or a table of numbers as CSV',
    )
    .option(
      '--run <file>',
      'the .cascade file to write: the run with all that was recorded, and its controls',
    )
    .option('--where <query>', 'with --run: all the runs that a query means, in place of one')
    .option('--without-checkpoints', 'with --run: leave weights out; masks stay')
    .option('--without-trunks', 'with --run: leave out runs that trained its first epochs or gave its masks')
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
    .option(
      '--html <file>',
      'the .html file to write: the result of the study of that name, as one page that needs nothing else',
    )
    .addOption(
      new Option('--spread <name>', 'with --html: what is told around a mean')
        .choices(SPREAD_NAMES)
        .default('sd'),
    )
    .option(
      '--threshold <label>',
      'with --html: magnitude at or below which a weight counts as shed',
      SHOWN_THRESHOLD,
    )
    .option('--force', 'replace an existing file')
    .hook('preAction', (command) => {
      const problem = exportProblem(command.opts<ExportOptions>(), command.args[0]);
      if (problem !== null) command.error(`error: ${problem}`);
    })
    .action(
      withClient<Options>(async ({ client, output, name, options }) => {
        const { epoch, out, format = 'default', what, csv: file, force = false, workspace } = options;
        if (options.run !== undefined) {
          const runs = await runsMeant(client, name, options.where);
          const asked = { runs, checkpoints: !options.withoutCheckpoints, trunks: !options.withoutTrunks };
          return writeRunFile(client, output, options.run, asked, { force, workspace });
        }
        if (options.html !== undefined) {
          const { html, spread } = options;
          const threshold = thresholdKey(options.threshold) ?? options.threshold;
          const page = await client.studies.page({ study: name, threshold, spread });
          await writeWhole(html, page, force, workspace);
          return output.result(
            { study: name, file: html, bytes: page.length },
            `Wrote ${html} (${page.length} bytes).`,
          );
        }
        const id = await findRun(client, name);
        if (out !== undefined && epoch !== undefined)
          await save(
            await client.runs.weights({ id, epoch, format }),
            { id, ...options, epoch, out },
            output,
          );
        if (what === undefined || file === undefined) return;
        const { csv, rows } = await exportedCsv(client, id, what, epoch);
        await writeWhole(file, Buffer.from(csv), force, workspace);
        output.result({ id, what, file, rows }, `Wrote ${file} (${rows} rows).`);
      }),
    );
};
