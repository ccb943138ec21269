import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../../../common/errors.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { badFile } from './files.ts';
import { datasets } from './registry.ts';

/** Files that are asked about at once. */
const AT_ONCE = 256;

/** Where the files of a data set are, for two to be told to share them; null for a set that comes with the program. */
export function sourceOf(dataset: NamedOptions): string | null {
  const { files } = datasets.find(dataset.name);
  return files ? resolve(String(dataset[files.option])) : null;
}

/**
 * What tells, without reading them, that the files of a data set are those of before: their names, sizes, inodes and
 * times. Equal stamps mean equal content; files that were copied or touched have another stamp and may be the same. Null
 * for a set that comes with the program. Rejects with BAD_DATA_FILE.
 */
export async function stampOf(dataset: NamedOptions): Promise<string | null> {
  const { files } = datasets.find(dataset.name);
  if (!files) return null;
  const paths = await files.list(dataset);
  const hash = createHash('sha256');
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const stamps = await Promise.all(paths.slice(start, start + AT_ONCE).map(fileStamp));
    for (const stamp of stamps) hash.update(`${JSON.stringify(stamp)}\n`);
  }
  return hash.digest('hex');
}

/** The time of change (ctime) cannot be set back, as that of modification can. */
async function fileStamp(path: string): Promise<string[]> {
  try {
    const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
    return [resolve(path), ...[size, mtimeNs, ctimeNs, ino].map(String)];
  } catch (error) {
    throw badFile(path, `cannot be read (${messageOf(error)}).`, error);
  }
}

/** Hashes that this thread has found, by data set and stamp. */
const known = new Map<string, string>();

/** The hash that loading the data set gives: found once while its files stay. Rejects as `load`. */
export async function contentHash(dataset: NamedOptions, stamp: string | null): Promise<string> {
  const key = JSON.stringify([stamp, dataset]);
  let hash = known.get(key);
  if (hash === undefined) {
    const kind = datasets.find(dataset.name);
    hash = kind.hash ? await kind.hash(dataset) : await loadedHash(dataset);
    known.set(key, hash);
  }
  return hash;
}

async function loadedHash(dataset: NamedOptions): Promise<string> {
  const loaded = await datasets.find(dataset.name).load(dataset);
  await loaded.close?.();
  return loaded.hash;
}
