import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findLibrary, isComplete, wantedVariant } from './library.mjs';
import { processIdentity, withLock } from './lock.mjs';
import { downloadWheels, findPip } from './pip.mjs';
import { Problem } from './problem.mjs';
import { megabytes, secondsSince } from './progress.mjs';
import { toolsFolder } from './wheels.mjs';
import { extractEntry, listZip } from './zip.mjs';

/**
 * @typedef {import('./library.mjs').Library} Library
 * @typedef {import('./wheels.mjs').Variant} Variant
 * @typedef {import('./progress.mjs').Reporter} Reporter
 */

const title = 'libtensorflow';
const pipNote = 'pip-process';
const yourself = 'install TensorFlow 2.16 or newer yourself and name its folder in CASCADE_LIBTENSORFLOW';

/**
 * The library that the engine runs on: found, or fetched into the user's cache folder.
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.cache
 * @param {Reporter} options.report
 * @param {Variant | null} [options.variant] what to fetch where nothing is found
 * @returns {Promise<Library>}
 * @throws {Problem}
 */
export async function provideLibrary({ env, cache, report, variant = wantedVariant(env) }) {
  const found = await findLibrary(env, cache, variant);
  if (found !== null) return found;
  if (variant === null) {
    throw new Problem(
      `TensorFlow publishes no library for ${process.platform}-${process.arch}: ${yourself}.`,
    );
  }
  const home = join(cache, 'libtensorflow');
  try {
    mkdirSync(home, { recursive: true });
  } catch (error) {
    throw new Problem(
      `The cache folder ${home} cannot be made (${error instanceof Error ? error.message : String(error)}): make it writable, or name another in XDG_CACHE_HOME.`,
    );
  }
  return await withLock(
    join(home, `${variant.folder}.lock`),
    async () => {
      const folder = join(home, variant.folder);
      if (!isComplete(folder, variant)) await fetchInto({ folder, home, variant, env, report });
      return { folder, version: variant.version, source: /** @type {const} */ ('cache') };
    },
    (pid) => report.say(`  Another set-up (process ${pid}) is fetching libtensorflow; waiting for it.`),
  );
}

/**
 * Everything is made in a folder of our own, which takes its place in one rename when it is whole.
 * @param {{ folder: string, home: string, variant: Variant, env: NodeJS.ProcessEnv, report: Reporter }} options
 */
async function fetchInto({ folder, home, variant, env, report }) {
  removeLeftovers(home, variant);
  requireSpace(home, variant.download + variant.unpacked);
  requireGlibc();
  const pip = await findPip(env);
  if (pip === null) {
    throw new Problem(
      `libtensorflow is fetched by Python's pip, which is not here: install it (on Debian and Ubuntu: sudo apt-get install python3-pip) and start again, or ${yourself}.`,
    );
  }
  const partial = `${folder}.partial-${process.pid}`;
  const wheels = join(partial, 'wheels');
  const content = join(partial, 'content');
  try {
    mkdirSync(wheels, { recursive: true });
    mkdirSync(content);
    let started = performance.now();
    const progress = (/** @type {string} */ text) => report.progress(title, text);
    const note = (/** @type {number} */ pid) =>
      writeFileSync(join(partial, pipNote), processIdentity(pid) ?? '');
    if (!variant.tried) report.say(`  ${title} ${variant.folder} has not been tried by its authors.`);
    await downloadWheels({ pip, env, variant, into: wheels, progress, started: note });
    const files = readdirSync(wheels).filter((name) => name.endsWith('.whl'));
    const downloaded = await verify(wheels, files, variant, progress);
    report.done(
      title,
      `${variant.version} downloaded, ${megabytes(downloaded)}, SHA-256 agrees (${secondsSince(started)})`,
    );
    started = performance.now();
    const unpacked = await unpack({ wheels, files, content, variant, progress });
    rmSync(folder, { recursive: true, force: true });
    renameSync(content, folder);
    await flush(home);
    report.done(title, `${megabytes(unpacked)} unpacked into ${folder} (${secondsSince(started)})`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * Folders of set-ups that were killed (we hold the lock, so nobody works in them), and the pip that such a
 * one has left behind: it would go on downloading for nobody.
 * @param {string} home
 * @param {Variant} variant
 */
function removeLeftovers(home, variant) {
  for (const name of readdirSync(home)) {
    if (!name.startsWith(`${variant.folder}.partial-`)) continue;
    const partial = join(home, name);
    const note = join(partial, pipNote);
    const identity = existsSync(note) ? readFileSync(note, 'utf8') : '';
    const pid = Number.parseInt(identity, 10);
    if (identity !== '' && processIdentity(pid) === identity) process.kill(pid);
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {number} bytes
 */
function requireSpace(folder, bytes) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < bytes) {
    throw new Problem(
      `libtensorflow takes ${megabytes(bytes)} while it is set up and ${folder} has ${megabytes(bavail * bsize)} free: make room, or name another folder in XDG_CACHE_HOME.`,
    );
  }
}

/** The wheels are built against glibc 2.27; Alpine's musl cannot load them. */
function requireGlibc() {
  if (process.platform !== 'linux') return;
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  const [major = 0, minor = 0] = (report.header.glibcVersionRuntime ?? '0.0').split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 27)) {
    throw new Problem(`libtensorflow needs glibc 2.27 or newer, which this system lacks: ${yourself}.`);
  }
}

/**
 * pip has checked the hashes; we rely on no more than on what we have read ourselves.
 * @param {string} folder
 * @param {string[]} files
 * @param {Variant} variant
 * @param {(text: string) => void} progress
 * @returns {Promise<number>} bytes in all
 */
async function verify(folder, files, variant, progress) {
  const missing = new Set(variant.wheels.map((wheel) => wheel.sha256));
  let bytes = 0;
  for (const file of files) {
    progress(`verifying ${file}`);
    const { sha256, size } = await hashFile(join(folder, file));
    bytes += size;
    if (!missing.delete(sha256)) {
      throw new Problem(
        `${file} was refused and removed: its SHA-256 is ${sha256}, which is not the published one; start again, and ask who runs your package index if it happens twice.`,
      );
    }
  }
  if (missing.size > 0) throw new Problem('pip ended well but left a wheel out: start again.');
  return bytes;
}

/** @param {string} file */
async function hashFile(file) {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

/**
 * @param {{ wheels: string, files: string[], content: string, variant: Variant, progress: (text: string) => void }} options
 * @returns {Promise<number>} bytes unpacked
 */
async function unpack({ wheels, files, content, variant, progress }) {
  const members = new Map(variant.libraries.map((name) => [`tensorflow/${name}`, name]));
  /** @type {Record<string, { size: number, sha256: string }>} */
  const written = {};
  let bytes = 0;
  for (const file of files) {
    const archive = join(wheels, file);
    for (const entry of await listZip(archive)) {
      const tool = variant.tools?.exec(entry.name)?.[1];
      const beside = members.get(entry.name) ?? variant.besides?.exec(entry.name)?.[1];
      const name = tool === undefined ? beside : `${toolsFolder}/${tool}`;
      if (name === undefined) continue;
      const target = join(content, name);
      mkdirSync(dirname(target), { recursive: true });
      written[name] = await extractEntry(archive, entry, target, (count) => {
        bytes += count;
        progress(`unpacking, ${megabytes(bytes)} of ${megabytes(variant.unpacked)}`);
      });
      if (tool?.startsWith('bin/')) chmodSync(target, 0o755);
    }
    // A wheel is of no use any more, and the disk may be small.
    rmSync(archive);
  }
  const absent = variant.libraries.filter((name) => !(name in written));
  if (absent.length > 0)
    throw new Problem(
      `The wheel of TensorFlow ${variant.version} holds no ${absent.join(', ')}: ${yourself}.`,
    );
  const taken = variant.wheels.map(({ sha256 }) => sha256);
  const complete = { version: variant.version, files: written, wheels: taken };
  const handle = await open(join(content, 'complete.json'), 'wx');
  await handle.writeFile(`${JSON.stringify(complete, null, 2)}\n`);
  await handle.sync();
  await handle.close();
  await flush(content);
  return bytes;
}

/** @param {string} folder whose entries are to outlast a power cut */
async function flush(folder) {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}

/**
 * Reads a cached library whole and removes it where a byte is wrong, so that it is fetched anew.
 * @param {string} folder
 * @returns {Promise<boolean>} whether it was sound
 */
export async function verifyCached(folder) {
  if (!existsSync(join(folder, 'complete.json'))) return false;
  const { files } = JSON.parse(readFileSync(join(folder, 'complete.json'), 'utf8'));
  for (const [name, file] of Object.entries(files)) {
    const actual = await hashFile(join(folder, name));
    if (actual.sha256 !== file.sha256) {
      rmSync(folder, { recursive: true, force: true });
      return false;
    }
  }
  return true;
}
