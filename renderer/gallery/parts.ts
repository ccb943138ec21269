import type { RunState } from '../../common/contract/schemas.ts';
import { lookOf, lookOfPlace, type RunLook } from '../format/run-look.ts';

export const RUN_STATES_SHOWN: RunState[] = [
  'queued',
  'running',
  'paused',
  'finished',
  'failed',
  'interrupted',
  'stopped',
];

/** Looks of arms where each colour, marker and dash comes in, of the control of one arm, and of what is no arm's alone. */
export const LOOKS_SHOWN: { name: string; look: RunLook }[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 14, 21, 28, 35].map((place) => ({
    name: `arm ${place + 1}`,
    look: lookOfPlace(place),
  })),
  { name: 'control of arm 2', look: { ...lookOfPlace(1), dash: 'dashed' } },
  { name: 'control of several', look: lookOf({ memberships: [] }) },
];
