import { Option } from 'commander';
import { decodeRuns } from '../../../common/codec/run-frames.ts';
import { RUN_STATES, type RunState } from '../../../common/contract/schemas.ts';
import { SHOWN_THRESHOLD } from '../../../common/thresholds.ts';
import { fieldsText, pickFields } from '../fields.ts';
import { listText } from '../list.ts';
import type { CommandFile, GlobalOptions } from './command.ts';
import { fieldsOption, limitOption } from './options.ts';

type ListOptions = GlobalOptions & {
  name?: string;
  study?: string;
  state?: RunState[];
  limit?: number;
  fields?: string[];
};

export const list: CommandFile = ({ program, withClient }) => {
  program
    .command('list')
    .description('list the runs of the workspace, the newest first')
    .option('--name <text>', 'only runs whose study and arm hold these words, or whose ids begin with them')
    .option('--study <name>', 'only runs of this study')
    .addOption(new Option('--state <states...>', 'only runs in one of these states').choices(RUN_STATES))
    .addOption(limitOption('at most this many runs'))
    .addOption(fieldsOption())
    .action(
      withClient<ListOptions>(async ({ client, output, options }) => {
        const { name, study, state: states, limit, fields } = options;
        const runs = decodeRuns(await client.runs.list({ text: name, study, states, limit }));
        if (fields === undefined) return output.result(runs, listText(runs, SHOWN_THRESHOLD));
        const rows = runs.map((run) => pickFields(run, fields));
        output.result(rows, fieldsText(rows, fields));
      }),
    );
};
