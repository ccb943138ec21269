import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { CascadeError, messageOf } from '../../common/errors.ts';

/**
 * Writes a whole file or none: beside its place first, then moved there. Without `force` a file that is already
 * there stays, even one that appears meanwhile.
 *
 * @param workspace within which a file is for its owner alone, as everything there is
 * @throws CascadeError EXISTS or NOT_WRITTEN.
 */
export async function writeWhole(
  file: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  force: boolean,
  workspace: string | null = null,
): Promise<void> {
  const partial = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}.partial`);
  try {
    const handle = await open(partial, 'wx');
    try {
      if (workspace !== null && isWithin(file, workspace)) await handle.chmod(0o600);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link fails where its name is taken, a rename replaces.
    if (force) await rename(partial, file);
    else await link(partial, file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new CascadeError('EXISTS', `${file} exists already: choose another name, or add --force.`);
    throw new CascadeError('NOT_WRITTEN', `${file} could not be written: ${messageOf(error)}.`);
  } finally {
    await rm(partial, { force: true });
  }
}

function isWithin(file: string, folder: string): boolean {
  const path = relative(resolve(folder), resolve(file));
  return path !== '' && !path.startsWith('..') && !isAbsolute(path);
}
