import * as z from 'zod';
import { schemaText } from '../../sql-schema.ts';
import { defineTool } from '../tool.ts';

export const schema = defineTool({
  name: 'schema',
  title: 'Views for SQL',
  description:
    'The views that query_sql is over: what each has a row for, and what each column is, with units.',
  writes: false,
  input: z.object({
    view: z.string().optional().describe('only this one; all of them where it is left out'),
  }),
  async run(client, { view }) {
    const { views } = await client.workspace.schema();
    const chosen = view === undefined ? views : views.filter(({ name }) => name === view);
    const names = views.map(({ name }) => name).join(', ');
    return {
      text:
        chosen.length === 0
          ? `There is no view '${view}'; there are ${names}.`
          : schemaText({ views: chosen }),
    };
  },
});
