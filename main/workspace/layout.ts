import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** 'Casc': how `file` and other programs tell a workspace from another SQLite database. */
export const APPLICATION_ID = 0x43617363;

/** Where things lie in a workspace folder. */
export interface Layout {
  folder: string;
  database: string;
  lock: string;
  owner: string;
  /** How the database's file stood when it was last known: see `seal.ts`. */
  seal: string;
  checkpoints: string;
  /** What was found that the database does not know: see `set-aside.ts`. */
  lost: string;
  /** Run files on their way in or out: see `exchange`. Nothing there outlives the workspace's being open. */
  exchange: string;
}

export function layoutOf(folder: string): Layout {
  return {
    folder,
    database: join(folder, 'workspace.sqlite'),
    lock: join(folder, 'workspace.lock'),
    owner: join(folder, 'workspace.owner.json'),
    seal: join(folder, 'workspace.seal.json'),
    checkpoints: join(folder, 'checkpoints'),
    lost: join(folder, 'checkpoints', 'lost'),
    exchange: join(folder, 'workspace.exchange'),
  };
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
