import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where things lie in a workspace folder. */
export interface Layout {
  folder: string;
  database: string;
  lock: string;
  owner: string;
  checkpoints: string;
}

export function layoutOf(folder: string): Layout {
  return {
    folder,
    database: join(folder, 'workspace.sqlite'),
    lock: join(folder, 'workspace.lock'),
    owner: join(folder, 'workspace.owner.json'),
    checkpoints: join(folder, 'checkpoints'),
  };
}

/** Makes a folder and those above it. Node's own way of doing this calls a file system that is read-only 'not found'. */
export function makeFolder(folder: string): void {
  const known = statSync(folder, { throwIfNoEntry: false });
  if (known?.isDirectory()) return;
  if (!known) makeFolder(dirname(folder));
  mkdirSync(folder);
}

export function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Makes renames and new files in a folder last through a loss of power. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
