import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Problem } from './problem.mjs';
import { capture } from './run.mjs';
import { toolsFolder, variants } from './wheels.mjs';

/**
 * @typedef {object} Library
 * @property {string} folder that holds the libraries
 * @property {string} version 'unknown' for a folder of one's own without a note of it
 * @property {'CASCADE_LIBTENSORFLOW' | 'cache' | 'python'} source
 *
 * @typedef {import('./wheels.mjs').Variant} Variant
 */

/** The oldest TensorFlow whose kernels take what ours hand them. */
const oldest = { major: 2, minor: 16 };

const names = {
  linux: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  darwin: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
};

/**
 * What to fetch for this machine. With an NVIDIA GPU that is the CUDA build, unless CASCADE_ENGINE is 'cpu'.
 * Null: TensorFlow publishes nothing that serves (macOS on Intel, Windows).
 * @param {NodeJS.ProcessEnv} env
 * @param {{ platform: string, arch: string, gpu: boolean }} machine
 * @returns {Variant | null}
 */
export function wantedVariant(env, machine = thisMachine()) {
  const where = `${machine.platform}-${machine.arch}`;
  const withGpu = machine.gpu && env.CASCADE_ENGINE !== 'cpu' ? variants[`cuda-${where}`] : undefined;
  return withGpu ?? variants[`cpu-${where}`] ?? null;
}

/** The driver's own files tell of a GPU at once, where asking `nvidia-smi` takes a second. */
function thisMachine() {
  const gpu = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/usr/lib/wsl/lib/libcuda.so.1'].some(
    existsSync,
  );
  return { platform: process.platform, arch: process.arch, gpu };
}

/**
 * A libtensorflow that is there already: one that the user names, one fetched before, or one inside a
 * TensorFlow of the active Python.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cache
 * @param {Variant | null} variant
 * @returns {Promise<Library | null>}
 * @throws {Problem} where CASCADE_LIBTENSORFLOW names a folder without the libraries
 */
export async function findLibrary(env, cache, variant) {
  if (env.CASCADE_LIBTENSORFLOW) return namedLibrary(env.CASCADE_LIBTENSORFLOW);
  if (variant !== null && isComplete(join(cache, 'libtensorflow', variant.folder), variant)) {
    return {
      folder: join(cache, 'libtensorflow', variant.folder),
      version: variant.version,
      source: 'cache',
    };
  }
  return await libraryOfPython(env, cache);
}

/**
 * Whether a folder of the cache holds all that was put there. (Sizes only: hashing 850 MB takes a second,
 * and is what `npm run setup -- --verify` is for.)
 * @param {string} folder
 * @param {Variant} variant an earlier set-up may have known fewer wheels of it
 * @returns {boolean}
 */
export function isComplete(folder, variant) {
  try {
    const { files, wheels, wheelSha256 } = JSON.parse(readFileSync(join(folder, 'complete.json'), 'utf8'));
    // Earlier versions noted the first wheel alone.
    const taken = new Set(wheels ?? [wheelSha256]);
    const entries = Object.entries(files);
    return (
      variant.wheels.every(({ sha256 }) => taken.has(sha256)) &&
      entries.length > 0 &&
      entries.every(([name, file]) => statSync(join(folder, name)).size === file.size)
    );
  } catch {
    return false;
  }
}

/** @param {string} named */
function namedLibrary(named) {
  const folder = [named, join(named, 'tensorflow'), join(named, 'lib')].find(hasLibraries);
  if (folder === undefined) {
    throw new Problem(
      `CASCADE_LIBTENSORFLOW is ${named}, where ${libraryNames()[0]} is not: name the folder that holds it, or unset the variable.`,
    );
  }
  return /** @type {Library} */ ({ folder, version: 'unknown', source: 'CASCADE_LIBTENSORFLOW' });
}

function libraryNames() {
  return process.platform === 'darwin' ? names.darwin : names.linux;
}

/** @param {string} folder */
function hasLibraries(folder) {
  return libraryNames().every((name) => existsSync(join(folder, name)));
}

/**
 * Asking `python3` where its packages lie takes long enough to be remembered.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cache
 * @returns {Promise<Library | null>}
 */
async function libraryOfPython(env, cache) {
  const prefixes = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter(
    (prefix) => prefix !== undefined && prefix !== '',
  );
  const active = prefixes.flatMap((prefix) => sitePackages(String(prefix)));
  for (const site of active) {
    const found = libraryIn(site);
    if (found !== null) return found;
  }
  const note = join(cache, 'libtensorflow', 'python.json');
  try {
    const found = libraryIn(JSON.parse(readFileSync(note, 'utf8')).site);
    if (found !== null) return found;
  } catch {
    // Nothing is remembered: ask.
  }
  const program =
    'import json, site, sysconfig; print(json.dumps([sysconfig.get_path("platlib"), site.getusersitepackages(), *site.getsitepackages()]))';
  const asked = await capture('python3', ['-c', program], { env, timeoutMs: 10_000 });
  if (asked.code !== 0) return null;
  for (const site of parseStrings(asked.stdout)) {
    const found = libraryIn(site);
    if (found === null) continue;
    mkdirSync(dirname(note), { recursive: true });
    writeFileSync(note, `${JSON.stringify({ site })}\n`);
    return found;
  }
  return null;
}

/** @param {string} text */
function parseStrings(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}

/** @param {string} prefix of a Python environment */
function sitePackages(prefix) {
  const lib = join(prefix, 'lib');
  if (!existsSync(lib)) return [];
  const pythons = readdirSync(lib).filter((name) => /^python3\.\d+$/.test(name));
  return pythons.map((name) => join(lib, name, 'site-packages'));
}

/**
 * @param {string} site a folder of Python packages
 * @returns {Library | null}
 */
function libraryIn(site) {
  const folder = join(site, 'tensorflow');
  if (!hasLibraries(folder)) return null;
  const pattern = /^tensorflow(?:_cpu|_macos)?-(\d+)\.(\d+)([^-]*)\.dist-info$/;
  for (const name of readdirSync(site)) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const [major, minor] = [Number(match[1]), Number(match[2])];
    const recent = major > oldest.major || (major === oldest.major && minor >= oldest.minor);
    if (recent) return { folder, version: `${major}.${minor}${match[3]}`, source: 'python' };
  }
  return null;
}

/**
 * What the application must be told of the library: where it lies unless it lies in the cache, and, with
 * CUDA libraries beside it or in its Python environment, where the loader finds those, and XLA its tools.
 * @param {Library} library
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
export function libraryEnvironment(library, env) {
  /** @type {Record<string, string>} */
  const result = library.source === 'cache' ? {} : { CASCADE_LIBTENSORFLOW: library.folder };
  if (process.platform !== 'linux') return result;
  const nvidia = join(dirname(library.folder), 'nvidia');
  const folders = basename(library.folder).includes('-cuda-') ? [library.folder] : [];
  if (library.source !== 'cache' && existsSync(nvidia)) {
    folders.push(...readdirSync(nvidia).map((name) => join(nvidia, name, 'lib')));
  }
  if (folders.length > 0) {
    result.LD_LIBRARY_PATH = [...folders, env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  const toolkit = [join(library.folder, toolsFolder), join(nvidia, 'cuda_nvcc')].find((folder) =>
    existsSync(join(folder, 'nvvm', 'libdevice')),
  );
  if (toolkit !== undefined) {
    const flags = withToolkit(env.XLA_FLAGS ?? '', toolkit);
    if (flags !== null) result.XLA_FLAGS = flags;
  }
  return result;
}

/**
 * XLA compiles for a GPU with the libdevice and ptxas of a CUDA toolkit, which it looks for in /usr/local/cuda and below the
 * working folder unless it is told.
 * @param {string} flags XLA_FLAGS as they are
 * @param {string} toolkit
 * @returns {string | null} with the toolkit; null where a person has named one, or a file with flags
 */
function withToolkit(flags, toolkit) {
  if (flags.includes('--xla_gpu_cuda_data_dir') || /^\s*[^-\s]/.test(flags)) return null;
  const value = /[\s'"\\]/.test(toolkit) ? `"${toolkit.replace(/["\\]/g, '\\$&')}"` : toolkit;
  return `${flags} --xla_gpu_cuda_data_dir=${value}`.trim();
}
