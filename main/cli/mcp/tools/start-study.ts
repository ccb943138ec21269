import * as z from 'zod';
import { defineTool } from '../tool.ts';

export const startStudy = defineTool({
  name: 'start_study',
  title: 'Start a study',
  description:
    'Queues the runs of a study file (YAML, as docs/study-files.md says) and answers with their ids; those that are known are not trained again. With `check` it only says what is wrong, what it would start, and how long it would take.',
  writes: true,
  input: z.object({
    text: z.string().max(1_000_000).describe('the study file'),
    fileName: z.string().max(200).default('study.yaml'),
    check: z.boolean().default(false).describe('true: start nothing'),
  }),
  async run(client, { check, ...study }, signal) {
    if (check) return { document: { ...(await client.studies.check(study, { signal })) } };
    return { document: { ...(await client.studies.start(study)) } };
  },
});
