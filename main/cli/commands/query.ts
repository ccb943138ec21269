import { Option, type Command } from 'commander';
import { decodeResult } from '../../../common/codec/result-frames.ts';
import { encodeCsv } from '../../../common/tables/csv.ts';
import { wholeNumber } from '../../entry/options.ts';
import { sqlSchema } from '../../workspace/query/views/registry.ts';
import { resultText } from '../result-text.ts';
import { schemaMarkdown, schemaText } from '../sql-schema.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

type QueryOptions = GlobalOptions & {
  sql?: string;
  csv?: boolean;
  limit: number;
  timeout: number;
  schema?: boolean;
  markdown?: boolean;
};

export const query: CommandFile = ({ program, around, outputFor, withClient }) => {
  program
    .command('query')
    .description('ask the workspace by SQL, which only reads; --schema lists the views')
    .option('--sql <query>', 'the query, such as "select run, test_accuracy from runs"')
    .option('--csv', 'write comma-separated values')
    .addOption(
      new Option('--limit <n>', 'at most this many rows').argParser(wholeNumber(1, 100_000)).default(1_000),
    )
    .addOption(
      new Option('--timeout <seconds>', 'end the query after so many seconds')
        .argParser(wholeNumber(1, 3_600))
        .default(30),
    )
    .option('--schema', 'list the views and their columns instead')
    .option('--markdown', 'with --schema, write the page docs/sql.md')
    .hook('preAction', (command) => {
      const { sql, schema } = command.opts<QueryOptions>();
      if (sql === undefined && schema !== true)
        command.error('error: say what is asked with --sql "select …", or list the views with --schema');
    })
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const { schema, markdown, json } = command.optsWithGlobals<QueryOptions>();
      if (schema !== true) return ask(...given);
      if (markdown === true) around.stdout.write(`${schemaMarkdown(sqlSchema())}\n`);
      else outputFor(json).result(sqlSchema(), schemaText(sqlSchema()));
    });

  const ask = withClient<QueryOptions>(async ({ client, output, options }) => {
    const { sql = '', csv, limit, timeout } = options;
    const interrupt = around.interrupt();
    try {
      const frame = await client.workspace.sql(
        { sql, limit, seconds: timeout },
        { signal: interrupt.signal },
      );
      const result = decodeResult(frame);
      const { columns, rows, cut } = result;
      if (csv === true) output.stdout.write(encodeCsv({ columns, rows }));
      else output.result({ columns, rows, cut }, resultText(result));
      if (cut !== null) output.warn(cut);
    } finally {
      interrupt.release();
    }
  });
};
