import { statfsSync } from 'node:fs';
import { CascadeError, messageOf } from '../../common/errors.ts';

/** Free bytes under which an unspecific input/output error is taken for a full disk. */
const NEARLY_FULL = 256 * 1024;

/**
 * What SQLite or the file system threw, as an error that a person can act on. Codes: WORKSPACE_FULL,
 * WORKSPACE_READ_ONLY, WORKSPACE_CORRUPT, WORKSPACE_FOLDER, and WORKSPACE for the rest. Errors of ours pass as they are.
 */
export function workspaceError(error: unknown, folder: string): CascadeError {
  if (error instanceof CascadeError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = { cause: error };
  if (isFull(code, folder))
    return new CascadeError(
      'WORKSPACE_FULL',
      `The disk that holds the workspace ${folder} is full. Nothing saved was lost: free some space and try again.`,
      cause,
    );
  if (['EROFS', 'EACCES', 'EPERM'].includes(code) || code.startsWith('SQLITE_READONLY'))
    return new CascadeError(
      'WORKSPACE_READ_ONLY',
      `The workspace ${folder} cannot be written: change its permissions, or choose another folder.`,
      cause,
    );
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
    return corruptWorkspace(folder, messageOf(error));
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return new CascadeError(
      'WORKSPACE_FOLDER',
      `The workspace ${folder} cannot be opened because a file lies where a folder is wanted: choose another folder.`,
      cause,
    );
  return new CascadeError(
    'WORKSPACE',
    `The workspace ${folder} could not do this: ${messageOf(error)}.`,
    cause,
  );
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

export function corruptWorkspace(folder: string, detail: string): CascadeError {
  const at = `--workspace ${quoted(folder)}`;
  return new CascadeError(
    'WORKSPACE_CORRUPT',
    `The database of the workspace ${folder} is damaged (${detail}). Nothing was changed or deleted: copy the ` +
      `folder to a safe place. Then \`cascade restore FILE ${at}\` takes a copy of it in its place, such as a ` +
      `workspace.*.backup.sqlite beside it; or \`cascade anew ${at}\` begins without it. Both keep everything, in ` +
      'checkpoints/lost.',
  );
}

export function notFound(what: string): CascadeError {
  return new CascadeError('NOT_FOUND', `There is no ${what} in this workspace.`);
}

function isFull(code: string, folder: string): boolean {
  if (['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(code)) return true;
  if (!code.startsWith('SQLITE_IOERR') && code !== 'SQLITE_CANTOPEN') return false;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < NEARLY_FULL;
  } catch {
    return false;
  }
}
