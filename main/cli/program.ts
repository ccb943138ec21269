import { Command, Option } from 'commander';
import { decodeRuns } from '../../common/codec/run-frames.ts';
import { WEIGHT_FORMATS } from '../../common/codec/weight-formats.ts';
import { RUN_STATES, type RunState } from '../../common/contract/schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import { SHOWN_THRESHOLD } from '../../common/thresholds.ts';
import { concurrencyOption, threadsOption, wholeNumber, workspaceOption } from '../entry/options.ts';
import type { CascadeClient } from '../api/router.ts';
import { benchText } from './bench-text.ts';
import { previewOf, previewText, warningLines } from './check.ts';
import { openConnection } from './connection.ts';
import { doctorText } from './doctor-text.ts';
import { EXPORTED_TABLES, exportedCsv, exportProblem, type ExportOptions } from './export-csv.ts';
import { fieldsText, parseFields, pickFields } from './fields.ts';
import { findRun } from './find-run.ts';
import { listText } from './list.ts';
import { Output } from './output.ts';
import { describeMeasures, measuresMarkdown, measuresText } from './measures.ts';
import { findComponents } from './components.ts';
import { componentsMarkdown } from './components-markdown.ts';
import { componentsText, componentText } from './components-text.ts';
import { parsePriority, requireOneOrAll, resume } from './queue.ts';
import { runToTheEnd } from './run-command.ts';
import { showDocument, showText } from './show.ts';
import { readStudy } from './study-file.ts';
import type { Surroundings } from './surroundings.ts';
import { writeWhole } from './write-file.ts';

type StudyOptions = GlobalOptions & { acceptChangedData?: boolean };

interface GlobalOptions {
  workspace: string;
  json?: boolean;
  concurrency?: number;
  threads?: number;
}

type ListOptions = GlobalOptions & {
  name?: string;
  study?: string;
  state?: RunState[];
  limit?: number;
  fields?: string[];
};
type ShowOptions = GlobalOptions & { limit?: number; fields?: string[] };
type BenchOptions = GlobalOptions & { only?: string[]; rounds: number; out?: string };
type FileOptions = GlobalOptions & { epoch: number; out: string; force?: boolean };

/** All commands. Actions reject with what went wrong; commander's own mistakes are CommanderErrors. */
export function createProgram(around: Surroundings): Command {
  const program = new Command('cascade')
    .description('Trains, prunes and looks into networks without a window.')
    .version(around.version)
    .addOption(workspaceOption())
    .option(
      '--json',
      'write JSON to standard output: one document, or a line for each event of run and resume',
    )
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('`cascade --help` lists the commands.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    });

  /** Runs an action with a client, which is closed whatever happens. */
  const withClient =
    <Options extends GlobalOptions>(
      action: (context: {
        client: CascadeClient;
        output: Output;
        name: string;
        /** The arguments after parsing; `name` is the first, as it was written. */
        given: readonly unknown[];
        options: Options;
      }) => Promise<void>,
    ) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      const options = command.optsWithGlobals<Options>();
      const output = new Output(options.json === true, around.stdout, around.stderr);
      const connection = await openConnection(
        {
          folder: options.workspace,
          ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
          ...(options.threads === undefined ? {} : { threads: options.threads }),
        },
        around,
      );
      try {
        for (const notice of connection.notices) output.warn(notice);
        const [name = ''] = command.args;
        await action({ client: connection.client, output, name, given: command.processedArgs, options });
      } finally {
        await connection.close();
      }
    };

  program
    .command('doctor')
    .description('say what is here and what is missing')
    .action(async (_, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<GlobalOptions>();
      const report = await around.examine(workspace);
      new Output(json === true, around.stdout, around.stderr).result(report, doctorText(report));
      if (!report.ok) throw new CascadeError('NOT_WELL', report.problems.join(' '));
    });

  program
    .command('run')
    .argument('<study>', 'a study file, or the name of a bundled study')
    .description('train all runs of a study; those that are done already are left as they are')
    .addOption(acceptOption())
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .action(
      withClient<StudyOptions>(async ({ client, output, name, options }) => {
        const { acceptChangedData = false } = options;
        const study = { ...(await readStudy(client, name)), acceptChangedData };
        const start = async (): Promise<string[]> => {
          const { runs, warnings } = await client.studies.start(study);
          for (const line of warningLines({ warnings })) output.warn(line);
          return runs;
        };
        await runToTheEnd(client, start, output, around);
      }),
    );

  program
    .command('check')
    .argument('<study>', 'a study file, or the name of a bundled study')
    .description('say what is wrong with a study, or what it would run, for how long and on how much disk')
    .addOption(acceptOption())
    .action(
      withClient<StudyOptions>(async ({ client, output, name, options }) => {
        const { acceptChangedData = false } = options;
        const study = { ...(await readStudy(client, name)), acceptChangedData };
        const preview = previewOf(await client.studies.check(study), study.fileName);
        output.result(preview, previewText(preview));
      }),
    );

  program
    .command('resume')
    .argument('[run]', 'its id, or enough of its beginning')
    .description('go on with a run that has not finished, or train damaged checkpoints of one that has again')
    .option('--all', 'go on with every run that was interrupted, or failed for want of data that are back')
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .hook('preAction', requireOneOrAll)
    .action(
      withClient<GlobalOptions & { all?: boolean }>(async ({ client, output, name, options }) => {
        await resume(client, { name, all: options.all === true }, output, around);
      }),
    );

  program
    .command('priority')
    .argument('<run>', 'its id, or enough of its beginning')
    .argument('<n>', 'from -1000 to 1000; 0 unless a study says otherwise', parsePriority)
    .description(
      'train a run before others that wait: those of higher priority come first, each after the runs that it needs',
    )
    .action(
      withClient(async ({ client, output, name, given }) => {
        const id = await findRun(client, name);
        const priority = given[1] as number;
        const { raised } = await client.runs.setPriority({ id, priority });
        const also = raised.length === 0 ? '' : ` So have the runs that it needs: ${raised.join(', ')}.`;
        output.result({ id, priority, raised }, `${id} has priority ${priority}.${also}`);
      }),
    );

  program
    .command('list')
    .description('list the runs of the workspace, the newest first')
    .option('--name <text>', 'only runs whose study and arm hold these words, or whose ids begin with them')
    .option('--study <name>', 'only runs of this study')
    .addOption(new Option('--state <states...>', 'only runs in one of these states').choices(RUN_STATES))
    .addOption(limitOption('so many runs at most'))
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

  program
    .command('show')
    .argument('<run>', 'its id, or enough of its beginning')
    .description('show everything about a run')
    .addOption(limitOption('so many epochs at most, the last'))
    .addOption(fieldsOption())
    .action(
      withClient<ShowOptions>(async ({ client, output, name, options: { limit, fields } }) => {
        const document = await showDocument(client, await findRun(client, name), limit);
        if (fields === undefined) return output.result(document, showText(document, SHOWN_THRESHOLD));
        const picked = pickFields(document, fields);
        output.result(picked, fieldsText([picked], fields));
      }),
    );

  program
    .command('stop')
    .argument('<run>', 'its id, or enough of its beginning')
    .description('stop a run; it can be resumed')
    .action(
      withClient(async ({ client, output, name }) => {
        const id = await findRun(client, name);
        await client.runs.stop({ id });
        output.result({ id, state: 'stopped' }, `Stopped ${id}.`);
      }),
    );

  program
    .command('delete')
    .argument('<run>', 'its id, or enough of its beginning')
    .description('delete a run with its checkpoints and logs')
    .option('--yes', 'do not ask on a terminal')
    .action(
      withClient<GlobalOptions & { yes?: boolean }>(async ({ client, output, name, options }) => {
        const id = await findRun(client, name);
        const ask = around.isInteractive && options.yes !== true && !output.json;
        if (ask && !(await around.confirm(`Delete ${id} with all that was logged of it?`)))
          throw new CascadeError('NOT_CONFIRMED', `${id} was not deleted.`);
        await client.runs.remove({ id });
        output.result({ id, deleted: true }, `Deleted ${id}.`);
      }),
    );

  program
    .command('restore')
    .argument('<file>', 'a backup or another copy of workspace.sqlite')
    .description("put a copy in the place of the workspace's database; what it replaces is kept")
    .action(async (file: string, _, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<GlobalOptions>();
      const done = await around.restoreDatabase(workspace, file);
      new Output(json === true, around.stdout, around.stderr).result({ workspace, restored: file }, done);
    });

  program
    .command('anew')
    .description('begin with an empty database where it is lost or damaged; what is left of it is kept')
    .action(async (_, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<GlobalOptions>();
      const done = await around.beginAnew(workspace);
      new Output(json === true, around.stdout, around.stderr).result({ workspace, anew: true }, done);
    });

  program
    .command('masks')
    .argument('<run>', 'its id, or enough of its beginning')
    .description('write the masks after an epoch as NumPy arrays by layer: .pruned, .shed, .inert (at least)')
    .addOption(epochOption())
    .requiredOption('--out <file>', 'the .npz file to write')
    .option('--threshold <label>', 'at or below which a weight counts as shed', SHOWN_THRESHOLD)
    .option('--force', 'replace a file that is there')
    .action(
      withClient<FileOptions & { threshold: string }>(async ({ client, output, name, options }) => {
        const { epoch, threshold } = options;
        const id = await findRun(client, name);
        await save(await client.runs.masks({ id, epoch, threshold }), { id, ...options }, output);
      }),
    );

  program
    .command('export')
    .argument('<run>', 'its id, or enough of its beginning')
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
    .option('--force', 'replace a file that is there')
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

  program
    .command('schema')
    .description('print the JSON Schema of study files')
    .action(async () => {
      around.stdout.write(`${JSON.stringify(await around.studySchema(), null, 2)}\n`);
    });

  program
    .command('components')
    .alias('parts')
    .argument('[name]', 'a component, to see everything about it')
    .description('list all networks, data sets, criteria and other components that a study may name')
    .option('--markdown', 'write the page docs/components.md')
    .action(async (name: string | undefined, _, command: Command) => {
      const { json, markdown } = command.optsWithGlobals<GlobalOptions & { markdown?: boolean }>();
      const output = new Output(json === true, around.stdout, around.stderr);
      const described = await around.components();
      if (markdown === true) around.stdout.write(`${componentsMarkdown(described)}\n`);
      else if (name === undefined) output.result(described, componentsText(described));
      else output.result(findComponents(described, name), componentText(described, name));
    });

  program
    .command('measures')
    .description('list every number that is measured of a run, with its definition')
    .option('--markdown', 'write the page docs/measures.md')
    .action((_, command: Command) => {
      const { json, markdown } = command.optsWithGlobals<GlobalOptions & { markdown?: boolean }>();
      if (markdown === true) around.stdout.write(`${measuresMarkdown()}\n`);
      else new Output(json === true, around.stdout, around.stderr).result(describeMeasures(), measuresText());
    });

  program
    .command('bench')
    .description(
      'measure speed side by side with PyTorch, where there is one (CASCADE_PYTHON), and the rest alone',
    )
    .option('--only <names...>', 'only these, by the beginnings of their names')
    .addOption(
      new Option('--rounds <n>', 'timed rounds of each comparison')
        .default(5)
        .argParser(wholeNumber(1, 1000)),
    )
    .option('--out <file>', 'write the JSON there too, replacing what is there')
    .action(async (_, command: Command) => {
      const { json, only = [], rounds, out } = command.optsWithGlobals<BenchOptions>();
      const output = new Output(json === true, around.stdout, around.stderr);
      const result = await around.benchmark({ only, rounds, say: (line) => output.warn(line) });
      if (out !== undefined) await writeWhole(out, Buffer.from(`${JSON.stringify(result, null, 2)}\n`), true);
      output.result(result, benchText(result));
    });

  return program;
}

function acceptOption(): Option {
  return new Option(
    '--accept-changed-data',
    'where data were replaced: leave runs of the old ones, and train new ones beside them',
  );
}

function limitOption(description: string): Option {
  return new Option('--limit <n>', description).argParser(wholeNumber(1, 1e9));
}

function fieldsOption(): Option {
  return new Option('--fields <names>', 'only these fields of the JSON document, such as id,state').argParser(
    parseFields,
  );
}

function epochOption(): Option {
  return new Option('--epoch <n>', 'the epoch after which')
    .argParser(wholeNumber(0, 1e9))
    .makeOptionMandatory();
}

async function save(
  bytes: Uint8Array,
  { id, epoch, out, force, workspace }: FileOptions & { id: string },
  output: Output,
) {
  await writeWhole(out, bytes, force === true, workspace);
  output.result({ id, epoch, file: out, bytes: bytes.length }, `Wrote ${out} (${bytes.length} bytes).`);
}
