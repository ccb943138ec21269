import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesIn, readNote, writeNote } from './files.mjs';
import { processIdentity } from './lock.mjs';
import { megabytes, secondsSince } from './progress.mjs';
import { capture } from './run.mjs';

const dayMs = 24 * 3600 * 1000;
/** A download that has not brought a byte for so long is taken to be none. */
const silenceMs = 20_000;
const pollMs = 500;
const title = 'Electron';
/** What the folder of a download is called, before the number of the process that made it. */
const partial = 'electron.partial-';

/**
 * Why Electron cannot open a window here, whatever its binary; null where nothing speaks against it.
 * @param {NodeJS.ProcessEnv} env
 * @param {{ platform: string, root: boolean }} machine
 * @returns {string | null}
 */
export function withoutWindow(env, machine = { platform: process.platform, root: process.getuid?.() === 0 }) {
  if (machine.platform !== 'linux') return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display';
  if (machine.root) return 'Electron does not run sandboxed as root';
  return null;
}

/**
 * @param {string} root
 * @returns {string | null} the executable, where it is installed whole
 */
export function electronBinary(root) {
  const folder = join(root, 'node_modules', 'electron');
  try {
    const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/**
 * Has the package's own downloader fetch the binary (it verifies its SHA-256): at most once a day after a
 * failure, since most who cannot reach it today cannot reach it in an hour either.
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.cache
 * @param {string} options.node
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./progress.mjs').Reporter} options.report
 * @returns {Promise<string | null>} why there is none
 */
export async function fetchElectron({ root, cache, node, env, report }) {
  if (env.ELECTRON_SKIP_BINARY_DOWNLOAD) return 'ELECTRON_SKIP_BINARY_DOWNLOAD is set';
  const note = join(cache, 'electron-failed.json');
  const failed = Number(readNote(note)?.at ?? 0);
  if (Date.now() - failed < dayMs) return 'its binary could not be fetched today';
  mkdirSync(cache, { recursive: true });
  removeLeftovers(cache);
  const temporary = join(cache, `${partial}${process.pid}`);
  mkdirSync(temporary, { recursive: true });
  const started = performance.now();
  const stop = new AbortController();
  let bytes = 0;
  let grown = performance.now();
  const watch = setInterval(() => {
    const now = bytesIn(temporary) + bytesIn(join(root, 'node_modules', 'electron', 'dist'));
    if (now > bytes) grown = performance.now();
    bytes = now;
    if (performance.now() - grown > silenceMs) stop.abort();
    report.progress(title, `fetching its binary, ${megabytes(bytes)}`);
  }, pollMs);
  const result = await capture(node, [join(root, 'node_modules', 'electron', 'install.js')], {
    cwd: root,
    env: { ...env, TMPDIR: temporary, TEMP: temporary },
    signal: stop.signal,
  });
  clearInterval(watch);
  rmSync(temporary, { recursive: true, force: true });
  if (result.code === 0 && electronBinary(root) !== null) {
    rmSync(note, { force: true });
    report.done(title, `its binary is here (${secondsSince(started)})`);
    return null;
  }
  writeNote(note, { at: Date.now() });
  return 'its binary could not be fetched';
}

/**
 * Folders of starts that were killed.
 * @param {string} cache
 */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache).filter((name) => name.startsWith(partial)))
    if (processIdentity(Number(name.slice(partial.length))) === null)
      rmSync(join(cache, name), { recursive: true, force: true });
}
