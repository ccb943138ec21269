import * as z from 'zod';
import { defineTool } from '../tool.ts';

export const listFigures = defineTool({
  name: 'list_figures',
  title: 'List figures',
  description: 'The figures that are kept in the workspace, with what each draws.',
  writes: false,
  input: z.object({}),
  async run(client) {
    return { document: { figures: await client.figures.list() } };
  },
});
