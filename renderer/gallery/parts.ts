import type { RunState } from '../../common/contract/schemas.ts';

export const RUN_STATES_SHOWN: RunState[] = [
  'queued',
  'running',
  'paused',
  'finished',
  'failed',
  'interrupted',
  'stopped',
];
