import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { stampsOfFiles } from './formats/files.ts';
import { datasets } from './registry.ts';

/** Where the files of a data set are, for two to be told to share them; null for a set that comes with the program. */
export function sourceOf(dataset: NamedOptions): string | null {
  const location = datasets.open(dataset).location?.();
  return location === undefined ? null : resolve(location);
}

/**
 * What tells, without reading them, that the files of a data set are those of before: their names, sizes, inodes and
 * times. Equal stamps mean equal content; files that were copied or touched have another stamp and may be the same. Null
 * for a set that comes with the program. Rejects with BAD_DATA_FILE.
 */
export async function stampOf(dataset: NamedOptions): Promise<string | null> {
  const paths = await datasets.open(dataset).files?.();
  if (!paths) return null;
  const hash = createHash('sha256');
  const stamps = await stampsOfFiles(paths);
  for (const [index, path] of paths.entries())
    hash.update(`${JSON.stringify([resolve(path), stamps[index]])}\n`);
  return hash.digest('hex');
}

/** Hashes that this thread has found, by data set and stamp. */
const known = new Map<string, string>();

/** The hash that loading the data set gives: found once while its files stay. Rejects as `load`. */
export async function contentHash(dataset: NamedOptions, stamp: string | null): Promise<string> {
  const key = JSON.stringify([stamp, dataset]);
  let hash = known.get(key);
  if (hash === undefined) {
    hash = (await datasets.open(dataset).hash?.()) ?? (await loadedHash(dataset));
    known.set(key, hash);
  }
  return hash;
}

async function loadedHash(dataset: NamedOptions): Promise<string> {
  const loaded = await datasets.open(dataset).load();
  await loaded.close?.();
  return loaded.hash;
}
