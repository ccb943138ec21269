import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { layoutOf } from './layout.ts';

const owner = z.object({
  pid: z.number().int(),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** Where the owner answers a second process: a Unix socket's path or a Windows pipe's name. */
  address: z.string().optional(),
});
/** Who holds a workspace. The lock decides; this file only tells about the holder. */
export type WorkspaceOwner = z.infer<typeof owner>;

/** The owner's file of a workspace, or null where there is none that can be read. It may be of a process that has died. */
export function readOwner(folder: string): WorkspaceOwner | null {
  try {
    return owner.parse(JSON.parse(readFileSync(layoutOf(folder).owner, 'utf8')));
  } catch {
    return null;
  }
}

/** Replaces the owner's file at once, so that no reader sees half of it; its address holds a secret, so only the user may read it. */
export function writeOwner(folder: string, value: WorkspaceOwner): void {
  const { owner: file } = layoutOf(folder);
  rmSync(`${file}.partial`, { force: true });
  writeFileSync(`${file}.partial`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(`${file}.partial`, file);
}

export function removeOwner(folder: string): void {
  rmSync(layoutOf(folder).owner, { force: true });
}
