import * as z from 'zod';
import { decodeRuns } from '../../../../common/codec/run-frames.ts';
import { runState } from '../../../../common/contract/schemas.ts';
import { defineTool } from '../tool.ts';

export const listRuns = defineTool({
  name: 'list_runs',
  title: 'List runs',
  description:
    'The runs of the workspace, the newest first: study, arm, seed, state, test accuracy, pruned and shed shares, cascade excess over the control. For anything more, use query_sql.',
  writes: false,
  input: z.object({
    text: z
      .string()
      .optional()
      .describe('only runs whose study and arm hold these words, or whose ids begin with them'),
    study: z.string().optional().describe('only runs of this study'),
    states: z.array(runState).optional().describe('only runs in one of these states'),
    limit: z.number().int().min(1).max(1_000).default(50).describe('at most this many'),
  }),
  async run(client, filter) {
    return { document: { runs: decodeRuns(await client.runs.list(filter)) } };
  },
});
