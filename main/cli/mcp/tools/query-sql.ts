import * as z from 'zod';
import { decodeResult } from '../../../../common/codec/result-frames.ts';
import { sqlAsked } from '../../../../common/contract/schemas.ts';
import { defineTool } from '../tool.ts';

export const querySql = defineTool({
  name: 'query_sql',
  title: 'Ask by SQL',
  description:
    'Answers one SQLite query over the views of the workspace; ask for the tool schema first. It only reads. Prefer means over seeds, and say their number.',
  writes: false,
  input: z.object({
    sql: sqlAsked.shape.sql.describe('a query that begins with select, with or values'),
    limit: z.number().int().min(1).max(10_000).default(200).describe('rows that are told at most'),
    seconds: z.number().min(1).max(600).default(30).describe('after which it is ended'),
  }),
  async run(client, asked, signal) {
    const { columns, rows, cut } = decodeResult(await client.workspace.sql(asked, { signal }));
    return { document: { columns, rows, cut } };
  },
});
