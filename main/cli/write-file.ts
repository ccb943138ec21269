import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CascadeError, messageOf } from '../../common/errors.ts';

/**
 * Writes a whole file or none: beside its place first, then moved there. Without `force` a file that is already
 * there stays, even one that appears meanwhile.
 *
 * @throws CascadeError EXISTS or NOT_WRITTEN.
 */
export async function writeWhole(file: string, bytes: Uint8Array, force: boolean): Promise<void> {
  const partial = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}.partial`);
  try {
    const handle = await open(partial, 'wx');
    try {
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
