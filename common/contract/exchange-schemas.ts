import * as z from 'zod';
import { runId } from './schemas.ts';

/** Run files, and runs of other workspaces: what crosses between the page and the workstation. */

/** How a run stands to that of the same id here: `main/workspace/exchange/compare-runs.ts`. */
export const importedRun = z.object({
  id: z.string(),
  study: z.string(),
  arm: z.string(),
  state: z.string(),
  epochs: z.number().int(),
  /** Not asked for, but needed by one that is. */
  needed: z.boolean(),
  standing: z.enum(['new', 'same', 'longer', 'shorter', 'differs']),
  /** The first number that differs, a sentence. */
  difference: z.string().nullable(),
});
export type ImportedRun = z.infer<typeof importedRun>;

/** What becomes of runs whose records differ from those here. */
export const DIFFERING = ['refuse', 'keep', 'replace'] as const;
export type Differing = (typeof DIFFERING)[number];

/** What became of the runs, by their ids. */
export const importResult = z.object({
  added: z.array(z.string()),
  /** Had fewer epochs here, and have those of the source too now. */
  continued: z.array(z.string()),
  /** Were here already, with the same records. */
  known: z.array(z.string()),
  /** Differ, and stay as they are here. */
  kept: z.array(z.string()),
  /** Differed, and are as in the source now. */
  replaced: z.array(z.string()),
  checkpoints: z.number().int(),
  notices: z.array(z.string()),
});
export type ImportResult = z.infer<typeof importResult>;

export const packAsked = z.object({
  runs: z.array(runId).min(1).max(100_000),
  checkpoints: z.boolean().default(true),
  trunks: z.boolean().default(true),
});
export type PackAsked = z.infer<typeof packAsked>;

const token = z.string().regex(/^[0-9a-f]{32}$/);
const progress = z.object({ type: z.literal('progress'), done: z.number(), total: z.number() });

/** A file that waits to be read in parts, until it is dropped. */
export const packStep = z.union([
  progress,
  z.object({
    type: z.literal('packed'),
    token,
    name: z.string(),
    bytes: z.number().int(),
    asked: z.array(z.string()),
    needed: z.array(z.string()),
    checkpoints: z.number().int(),
    notices: z.array(z.string()),
  }),
]);
export type PackStep = z.infer<typeof packStep>;

export const partAsked = z.object({ token, from: z.number().int().min(0) });
export const oneToken = z.object({ token });

/** A file that comes in parts, one behind the other. */
export const receiveAsked = z.object({
  name: z.string().min(1).max(1_000),
  bytes: z
    .number()
    .int()
    .min(1)
    .max(2 ** 42),
});
export const PART_CHARACTERS = 1_600_000;
export const appendAsked = z.object({
  token,
  from: z.number().int().min(0),
  base64: z.string().max(PART_CHARACTERS),
});

/** A file that was received, or one, or a workspace's folder, on the machine of the workstation. */
export const openAsked = z.object({
  source: z.union([z.object({ token }), z.object({ path: z.string().min(1).max(4_096) })]),
  where: z.string().max(10_000).default(''),
  trunks: z.boolean().default(true),
});
export type OpenAsked = z.infer<typeof openAsked>;

export const openStep = z.union([
  progress,
  z.object({
    type: z.literal('opened'),
    token,
    name: z.string(),
    kind: z.enum(['file', 'workspace']),
    runs: z.array(importedRun),
  }),
]);
export type OpenStep = z.infer<typeof openStep>;

export const takeAsked = z.object({ token, differing: z.enum(DIFFERING).default('refuse') });
export const takeStep = z.union([progress, importResult.extend({ type: z.literal('taken') })]);
export type TakeStep = z.infer<typeof takeStep>;
