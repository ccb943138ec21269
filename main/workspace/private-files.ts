import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import type { Layout } from './layout.ts';

/**
 * What a workspace holds is for the eyes of the user who made it, whatever the umask: folders have mode 0700, files
 * 0600. On Windows, where modes say nothing, the rights of the folder above hold.
 */
const FOLDER = 0o700;
export const PRIVATE_FILE = 0o600;
const STICKY = 0o1000;
const PERMISSIONS = 0o7777;

/** Makes a folder in one that is there. @returns whether it was not there before */
export function makePrivateFolder(folder: string): boolean {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  mkdirSync(folder, { mode: FOLDER });
  // The umask may have taken from the mode what its owner needs.
  chmodSync(folder, FOLDER);
  return true;
}

/** Makes a folder for its owner alone, and those above it. Node's own way calls a file system that is read-only 'not found'. */
export function makeFolder(folder: string): void {
  makeParents(dirname(folder));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) makePrivateFolder(folder);
}

function makeParents(folder: string): void {
  const known = statSync(folder, { throwIfNoEntry: false });
  if (known?.isDirectory()) return;
  if (!known && dirname(folder) !== folder) makeParents(dirname(folder));
  mkdirSync(folder);
}

/** Makes an empty file where there is none. Others, such as SQLite, then write into it, and take its mode for those beside. */
export function makePrivateFile(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })) return;
  closeSync(openSync(file, 'a', PRIVATE_FILE));
  chmodSync(file, PRIVATE_FILE);
}

/** Whether a folder is there for other things than a workspace: it holds something, and no workspace yet. */
export function isForOthers({ folder, database }: Layout): boolean {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  return !lstatSync(database, { throwIfNoEntry: false }) && readdirSync(folder).length > 0;
}

/** Gives the modes back to what an earlier version, or a copy, left open to others. Only what is ours is touched. */
export function repairModes({ folder, checkpoints }: Layout, forOthers: boolean): void {
  if (process.platform === 'win32') return;
  const real = realpathSync(folder);
  const open = !forOthers && !isEverybodys(real) && close(real);
  for (const name of readdirSync(folder)) if (name.startsWith('workspace.')) close(join(folder, name));
  if (lstatSync(checkpoints, { throwIfNoEntry: false })?.isDirectory()) closeAll(checkpoints, open);
}

/** Folders that a workspace may lie in, but that are not its own. */
function isEverybodys(folder: string): boolean {
  return folder === homedir() || folder === parse(folder).root || (lstatSync(folder).mode & STICKY) !== 0;
}

/** Looks into folders that were open, where the files may be too; those in a closed one are as safe as it is. */
function closeAll(folder: string, wasOpen: boolean): void {
  const open = close(folder) || wasOpen;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) closeAll(path, open);
    else if (open) close(path);
  }
}

/** @returns whether others could open it: a link, and what belongs to someone else, is left as it is */
function close(path: string): boolean {
  const found = lstatSync(path);
  const mode = found.isDirectory() ? FOLDER : PRIVATE_FILE;
  if (!found.isDirectory() && !found.isFile()) return false;
  if (found.uid !== process.getuid?.() || (found.mode & PERMISSIONS) === mode) return false;
  chmodSync(path, mode);
  return true;
}
