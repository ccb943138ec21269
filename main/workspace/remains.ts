import { closeSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CascadeError } from '../../common/errors.ts';
import { CheckpointFiles } from './checkpoint-files.ts';
import { quoted } from './errors.ts';
import { APPLICATION_ID, layoutOf } from './layout.ts';
import { setAside } from './set-aside.ts';

/** What tells that there was a workspace in a folder whose database is gone, or holds nothing. */
export interface Remains {
  /** Runs that have checkpoints. */
  runs: number;
  checkpoints: number;
  /** Whether the log beside the database holds anything. */
  log: boolean;
  /** Copies of the database that a migration made, the newest last. */
  backups: string[];
}

const BACKUP = /^workspace\..*backup\.sqlite$/;

export function remainsOf(folder: string): Remains {
  const layout = layoutOf(folder);
  const files = [...new CheckpointFiles(layout.checkpoints).list().values()];
  return {
    runs: files.length,
    checkpoints: files.flat().length,
    log: hasLog(layout.database),
    backups: readdirSync(folder)
      .filter((name) => BACKUP.test(name))
      .map((name) => join(folder, name))
      .sort((one, other) => statSync(one).mtimeMs - statSync(other).mtimeMs),
  };
}

/** The refusal to begin a database anew beside what is left of one. `what` says how it stands with the database. */
export function lostDatabase(
  folder: string,
  what: string,
  { runs, checkpoints, log, backups }: Remains,
): CascadeError {
  const left = [
    ...(checkpoints > 0 ? [`${checkpoints} checkpoints of ${runs} ${runs === 1 ? 'run' : 'runs'}`] : []),
    ...(log ? ['its log (workspace.sqlite-wal)'] : []),
    ...(backups.length > 0 ? ['a backup'] : []),
  ].join(', ');
  const at = `--workspace ${quoted(folder)}`;
  const restore =
    backups.length > 0
      ? `\`cascade restore ${quoted(backups.at(-1)!)} ${at}\` takes that backup`
      : `\`cascade restore FILE ${at}\` takes a copy of it that you have`;
  return new CascadeError(
    'WORKSPACE_LOST',
    `The database of the workspace ${folder} ${what}, but there is left of it: ${left}. Nothing was changed. ` +
      `Put workspace.sqlite and workspace.sqlite-wal back where you have them; or ${restore}; or ` +
      `\`cascade anew ${at}\` begins without it, and keeps what is left in checkpoints/lost.`,
  );
}

export const logOf = (database: string): string => `${database}-wal`;

/** Whether the log beside a database holds anything. */
export const hasLog = (database: string): boolean => sizeOf(logOf(database)) > 0;

/**
 * Sets a log aside that is not of this database: one put in the place of another, as a backup is, while the log of
 * the other stayed. SQLite would take it for the database's own and write it over the backup.
 *
 * @returns where the log is now, or null where it is the database's own, or there is none
 */
export function setForeignLogAside(folder: string): string | null {
  const { database, lost } = layoutOf(folder);
  if (sizeOf(logOf(database)) === 0 || !isWithoutLog(database)) return null;
  return setLogAside(database, lost);
}

export function foreignLogNotice(log: string): string {
  return `The log beside workspace.sqlite was of another database, as where a backup took its place: it is now ${log}.`;
}

/** Moves a database's log away. Its index, made of it and made anew at every opening, goes. */
export function setLogAside(database: string, lost: string): string | null {
  rmSync(`${database}-shm`, { force: true });
  return sizeOf(logOf(database)) < 0 ? null : setAside(logOf(database), lost, 'workspace.sqlite-wal');
}

/** Whether a database of ours was written by one who keeps no log, as `vacuum into` does: ours always keep one. */
function isWithoutLog(database: string): boolean {
  if (!statSync(database, { throwIfNoEntry: false })?.isFile()) return false;
  const header = new Uint8Array(100);
  const handle = openSync(database, 'r');
  try {
    if (readSync(handle, header) < header.length) return false;
  } finally {
    closeSync(handle);
  }
  const ours = new DataView(header.buffer).getUint32(68) === APPLICATION_ID;
  return ours && header[18] === 1;
}

/** Bytes of a file; -1 where there is none. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? -1;
}
