import * as z from 'zod';
import { defineTool } from '../tool.ts';
import { findRun } from '../../find-run.ts';

export const getRun = defineTool({
  name: 'get_run',
  title: 'One run',
  description:
    'What there is to know of one run beside its epochs: summary, specification, thresholds, prunings, events, checkpoints.',
  writes: false,
  input: z.object({ run: z.string().describe('its id, or a unique prefix') }),
  async run(client, { run }) {
    // The network's graph is long, and tells an assistant little.
    const { network, ...detail } = await client.runs.get({ id: await findRun(client, run) });
    return { document: { ...detail, network: network && { name: network.name, layers: network.layers } } };
  },
});
