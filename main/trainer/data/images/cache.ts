import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from '../../tensorflow/library.ts';
import { badFile } from '../files.ts';
import { messageOf } from '../../../../common/errors.ts';

/** Milliseconds between the signs of life of whoever fills a folder, and after which he is taken for dead. */
const BEAT = 5_000;
const DEAD = 60_000;
const LOOK_AGAIN = 500;
const PARTIAL = '.partial';

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
        throw badFile(folder, `can not be written to, to keep decoded images (${messageOf(error)}).`, error);
    }
  }
  throw new Error('There is always a candidate.');
}

/**
 * Gives the folder `name` of a cache, filled by `fill` if it was not there: whole or not at all. Where another process
 * or thread is filling it, that is waited for. Folders that begin with `slot` and are others are what an earlier state
 * of the same files gave: they are removed.
 */
export async function cached(
  cache: string,
  { name, slot }: { name: string; slot: string },
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cache, name);
  const partial = `${folder}${PARTIAL}`;
  for (;;) {
    if (await exists(folder)) return folder;
    if (await lock(partial)) break;
    await sleep(LOOK_AGAIN);
  }
  const beat = setInterval(() => void utimes(partial, new Date(), new Date()).catch(() => undefined), BEAT);
  try {
    await fill(partial);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    clearInterval(beat);
  }
  for (const other of await readdir(cache))
    if (other.startsWith(slot) && other !== name && !other.endsWith(PARTIAL))
      // Where a run still reads it, some systems keep it: then it is for the next time.
      await rm(join(cache, other), { recursive: true, force: true }).catch(() => undefined);
  return folder;
}

/** Makes the folder that says that someone is at work; false where someone alive already is. */
async function lock(partial: string): Promise<boolean> {
  try {
    await mkdir(partial);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const { mtimeMs } = await stat(partial).catch(() => ({ mtimeMs: Date.now() }));
  if (Date.now() - mtimeMs > DEAD) await rm(partial, { recursive: true, force: true });
  return false;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
