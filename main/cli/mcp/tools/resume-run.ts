import * as z from 'zod';
import { findRun } from '../../find-run.ts';
import { defineTool } from '../tool.ts';

export const resumeRun = defineTool({
  name: 'resume_run',
  title: 'Resume a run',
  description: 'Queues a run that was stopped, interrupted or failed: it goes on from its last saved epoch.',
  writes: true,
  input: z.object({ run: z.string().describe('its id, or a unique prefix') }),
  async run(client, { run }) {
    const id = await findRun(client, run);
    await client.runs.resume({ id });
    return { document: { id, state: 'queued' } };
  },
});
