import { Option } from 'commander';
import { decodeRuns } from '../../../common/codec/run-frames.ts';
import { RUN_STATES, type RunState, type RunSummary } from '../../../common/contract/schemas.ts';
import { fieldAt } from '../../../common/groups/keys.ts';
import { filterRuns } from '../../../common/run-filter.ts';
import { SPREAD_NAMES, SPREADS, type Spread } from '../../../common/statistics/spread.ts';
import { SHOWN_THRESHOLD, thresholdKey } from '../../../common/thresholds.ts';
import { chosenRuns, readQueryable } from '../chosen-runs.ts';
import { fieldsText, parseFields, pickFields } from '../fields.ts';
import { groupDocuments, groupsText } from '../groups.ts';
import { listText } from '../list.ts';
import type { CommandFile, GlobalOptions } from './command.ts';
import { fieldsOption, limitOption } from './options.ts';

type ListOptions = GlobalOptions & {
  name?: string;
  study?: string;
  state?: RunState[];
  limit?: number;
  fields?: string[];
  group?: string[];
  measures?: string[];
  spread: Spread;
  threshold: string;
};

const MEASURES = ['testAccuracy', 'pruned', 'shed', 'excess'];

export const list: CommandFile = ({ program, withClient }) => {
  program
    .command('list')
    .argument(
      '[query...]',
      "such as 'criterion = magnitude and pruned > 80% and seed in [0, 1]'; docs/queries.md",
    )
    .description('list the runs of the workspace, the newest first, or means over groups of them')
    .option('--name <text>', 'only runs whose study and arm hold these words, or whose ids begin with them')
    .option('--study <name>', 'only runs of this study')
    .addOption(new Option('--state <states...>', 'only runs in one of these states').choices(RUN_STATES))
    .addOption(limitOption('at most this many runs'))
    .addOption(fieldsOption())
    .addOption(
      new Option(
        '--group <keys>',
        'means over the runs that have these keys in common; “seeds” folds seeds',
      ).argParser(parseFields),
    )
    .addOption(
      new Option('--measures <names>', `of groups: which means (default: ${MEASURES.join(',')})`).argParser(
        parseFields,
      ),
    )
    .addOption(
      new Option(
        '--spread <name>',
        `of groups: ${SPREAD_NAMES.map((name) => `${name} (${SPREADS[name].title})`).join(', ')}`,
      )
        .choices(SPREAD_NAMES)
        .default('sd'),
    )
    .option('--threshold <t>', 'where a measure is told at thresholds and none is written', SHOWN_THRESHOLD)
    .action(
      withClient<ListOptions>(async ({ client, output, given, options }) => {
        const { name, study, state: states, limit, fields, group, spread } = options;
        const query = (given[0] as string[]).join(' ');
        const threshold = thresholdKey(options.threshold) ?? options.threshold;
        const filter = { text: name, study, states };
        if (group === undefined && query === '')
          return print(decodeRuns(await client.runs.list({ ...filter, limit })));
        const all = await readQueryable(client);
        const meant = chosenRuns(all, query, threshold);
        const named = new Set(
          filterRuns(
            meant.map(({ run }) => run),
            { ...filter, limit },
          ),
        );
        const chosen = meant.filter(({ run }) => named.has(run));
        if (group === undefined) return print(chosen.map(({ run }) => run));
        const keys = group.map((key) => fieldAt(key, all.catalogue, threshold));
        const measures = (options.measures ?? MEASURES).map((key) => fieldAt(key, all.catalogue, threshold));
        const documents = groupDocuments(chosen, keys, measures, spread);
        output.result(documents, groupsText(documents, keys, measures, spread));

        function print(runs: readonly RunSummary[]): void {
          if (fields === undefined) return output.result(runs, listText(runs, threshold));
          const rows = runs.map((run) => pickFields(run, fields));
          output.result(rows, fieldsText(rows, fields));
        }
      }),
    );
};
