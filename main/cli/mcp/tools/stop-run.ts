import * as z from 'zod';
import { findRun } from '../../find-run.ts';
import { defineTool } from '../tool.ts';

export const stopRun = defineTool({
  name: 'stop_run',
  title: 'Stop a run',
  description: 'Stops a run that trains or waits; it can be resumed.',
  writes: true,
  input: z.object({ run: z.string().describe('its id, or a unique prefix') }),
  async run(client, { run }) {
    const id = await findRun(client, run);
    await client.runs.stop({ id });
    return { document: { id, state: 'stopped' } };
  },
});
