import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from '../../tensorflow/library.ts';
import { badFile } from '../formats/files.ts';
import { messageOf } from '../../../../common/errors.ts';

/** Milliseconds between two looks whether whoever fills a folder is done. */
const LOOK_AGAIN = 200;
const PARTIAL = '.partial';
const LOCK = 'lock-';
const READ_AND_WRITE = 0o666;

/** Where what was made of the files in `root` is kept: the folder that was asked for, one in `root`, or the user's. */
export async function openCache(root: string, given: string | null): Promise<string> {
  const beside = join(root, '.cascade-cache');
  const candidates = given === null ? [beside, join(cacheFolder(), 'data sets')] : [given];
  for (const [index, folder] of candidates.entries()) {
    try {
      await mkdir(folder, { recursive: true });
      // A folder of someone else's can be there and not be writable.
      const probe = join(folder, `probe-${process.pid}${PARTIAL}`);
      await mkdir(probe, { recursive: true });
      await rm(probe, { recursive: true });
      return folder;
    } catch (error) {
      if (index === candidates.length - 1)
        throw badFile(folder, `cannot be written to, to keep decoded images (${messageOf(error)}).`, error);
    }
  }
  throw new Error('There is always a candidate.');
}

/**
 * Gives the folder `name` of a cache, filled by `fill` if it was not there: whole or not at all. Where another process
 * or thread is filling one of the slot, that is waited for, and `waits` is called once. Folders that begin with `slot`
 * and are others are what an earlier state of the same files gave, or what one that died has left: they are removed.
 */
export async function cached(
  cache: string,
  { name, slot }: { name: string; slot: string },
  fill: (folder: string) => Promise<void>,
  waits: () => void = () => undefined,
): Promise<string> {
  const folder = join(cache, name);
  let told = false;
  // Listing what a study may name comes by here too, and needs no database.
  const { FileLock } = await import('../../../locks/file-lock.ts');
  for (;;) {
    if (await exists(folder)) return folder;
    const file = join(cache, LOCK + slot);
    const lock = FileLock.tryTake(file);
    if (lock) {
      try {
        // Whoever may write into the folder may lock it: it can be one that several people share.
        await chmod(file, (await stat(cache)).mode & READ_AND_WRITE).catch(() => undefined);
        // It may have been filled between the look and the lock.
        if (!(await exists(folder))) await fillUnderLock(cache, { name, slot }, fill);
        return folder;
      } finally {
        lock.release();
      }
    }
    if (!told) waits();
    told = true;
    await sleep(LOOK_AGAIN);
  }
}

async function fillUnderLock(
  cache: string,
  { name, slot }: { name: string; slot: string },
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const others = (await readdir(cache)).filter((other) => other.startsWith(slot) && other !== name);
  // We hold the lock, so nobody fills these any more.
  for (const left of others.filter((other) => other.endsWith(PARTIAL)))
    await rm(join(cache, left), { recursive: true, force: true });
  const partial = join(cache, name + PARTIAL);
  await mkdir(partial);
  try {
    await fill(partial);
    await rename(partial, join(cache, name));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  for (const other of others.filter((other) => !other.endsWith(PARTIAL)))
    // Where a run still reads it, some systems keep it: then it is for the next time.
    await rm(join(cache, other), { recursive: true, force: true }).catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
