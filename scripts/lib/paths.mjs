import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout these scripts belong to. */
export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The folder of this user's fetched things, outside every checkout. `main/trainer/tensorflow/library.ts`
 * reads libtensorflow from the same place.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
export function cacheFolder(env = process.env, platform = process.platform) {
  const home = env.HOME || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'cascade-lab');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'cascade-lab');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'cascade-lab');
}

/**
 * The Node that runs the application: the one among the packages, else this one where it is new enough
 * to run TypeScript's erasable syntax (22.18). Null: there is none.
 * @param {string} root
 * @returns {string | null}
 */
export function applicationNode(root) {
  const windows = process.platform === 'win32';
  const folder = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const bundled = join(root, 'node_modules', folder, 'bin', windows ? 'node.exe' : 'node');
  if (existsSync(bundled)) return bundled;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18) ? process.execPath : null;
}
