import { SHOWN_THRESHOLD } from '../../../common/thresholds.ts';
import { findRun } from '../find-run.ts';
import type { CommandFile } from './command.ts';
import { epochOption } from './options.ts';
import { type FileOptions, save } from './save.ts';

export const masks: CommandFile = ({ program, withClient }) => {
  program
    .command('masks')
    .argument('<run>', 'its id, or a unique prefix')
    .description('write the masks after an epoch as NumPy arrays by layer: .pruned, .shed, .inert (at least)')
    .addOption(epochOption())
    .requiredOption('--out <file>', 'the .npz file to write')
    .option('--threshold <label>', 'magnitude at or below which a weight counts as shed', SHOWN_THRESHOLD)
    .option('--force', 'replace an existing file')
    .action(
      withClient<FileOptions & { threshold: string }>(async ({ client, output, name, options }) => {
        const { epoch, threshold } = options;
        const id = await findRun(client, name);
        await save(await client.runs.masks({ id, epoch, threshold }), { id, ...options }, output);
      }),
    );
};
