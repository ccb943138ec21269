import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CascadeError } from '../../../common/errors.ts';

/** Where libtensorflow was found, and by which rule. */
export interface LibraryLocation {
  readonly folder: string;
  /** TF_Tensor, TF_Status, TF_Buffer. */
  readonly framework: string;
  /** TFE_*, graphs and functions. */
  readonly cc: string;
  readonly source: 'CASCADE_LIBTENSORFLOW' | 'cache' | 'python';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The names that TensorFlow's own wheels use. */
function fileNames(platform: NodeJS.Platform): { framework: string; cc: string } {
  switch (platform) {
    case 'darwin':
      return { framework: 'libtensorflow_framework.2.dylib', cc: 'libtensorflow_cc.2.dylib' };
    case 'win32':
      return { framework: 'tensorflow_framework.dll', cc: 'tensorflow_cc.dll' };
    default:
      return { framework: 'libtensorflow_framework.so.2', cc: 'libtensorflow_cc.so.2' };
  }
}

/** The folder that set-up keeps its downloads in, one per user: `…/cascade-lab`. */
export function cacheFolder(env: Environment = process.env, platform = process.platform): string {
  const home = env['HOME'] ?? homedir();
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Caches', 'cascade-lab');
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'cascade-lab');
    default:
      return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'cascade-lab');
  }
}

/** A pipe of the name would be waited for, for ever. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Newest version first: '2.21.0-cpu…' before '2.9.1-cpu…'; a CUDA build before a CPU one of its version. */
function byVersion(a: string, b: string): number {
  const numbers = (name: string) => (/^[\d.]+/.exec(name)?.[0] ?? '0').split('.').map(Number);
  const [x, y] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (y[i] ?? 0) - (x[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(b.includes('cuda')) - Number(a.includes('cuda')) || a.localeCompare(b);
}

function cachedFolders(env: Environment, platform: NodeJS.Platform): string[] {
  const root = join(cacheFolder(env, platform), 'libtensorflow');
  return namesIn(root)
    .sort(byVersion)
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, 'complete.json')));
}

function pythonFolders(env: Environment): string[] {
  return [env['VIRTUAL_ENV'], env['CONDA_PREFIX']].flatMap((root) => {
    if (!root) return [];
    const unix = namesIn(join(root, 'lib'))
      .filter((name) => name.startsWith('python3'))
      .map((name) => join(root, 'lib', name, 'site-packages', 'tensorflow'));
    return [...unix, join(root, 'Lib', 'site-packages', 'tensorflow')];
  });
}

/**
 * Finds TensorFlow's two libraries: the folder named by CASCADE_LIBTENSORFLOW, else what set-up fetched
 * into the user's cache (only folders it marked complete), else the TensorFlow of an active Python
 * environment (VIRTUAL_ENV, CONDA_PREFIX).
 *
 * @throws CascadeError ENGINE_NOT_FOUND, saying what to do.
 */
export function locateLibrary(env: Environment = process.env, platform = process.platform): LibraryLocation {
  const names = fileNames(platform);
  const at = (folder: string, source: LibraryLocation['source']): LibraryLocation | undefined => {
    const location = { folder, framework: join(folder, names.framework), cc: join(folder, names.cc), source };
    return isFile(location.framework) && isFile(location.cc) ? location : undefined;
  };

  const chosen = env['CASCADE_LIBTENSORFLOW'];
  if (chosen) {
    // A person may name the Python package's parent, or one of the files: accept what they clearly meant.
    const folder = basename(chosen).startsWith('libtensorflow') ? dirname(chosen) : chosen;
    const found =
      at(folder, 'CASCADE_LIBTENSORFLOW') ?? at(join(folder, 'tensorflow'), 'CASCADE_LIBTENSORFLOW');
    if (found) return found;
    throw new CascadeError(
      'ENGINE_NOT_FOUND',
      `CASCADE_LIBTENSORFLOW is ${chosen}, but ${names.cc} and ${names.framework} are not both there: ` +
        'name the folder that holds them, or unset it to use the one that set-up fetches.',
    );
  }
  for (const folder of cachedFolders(env, platform)) {
    const found = at(folder, 'cache');
    if (found) return found;
  }
  for (const folder of pythonFolders(env)) {
    const found = at(folder, 'python');
    if (found) return found;
  }
  throw new CascadeError(
    'ENGINE_NOT_FOUND',
    `TensorFlow's libraries were found neither in ${join(cacheFolder(env, platform), 'libtensorflow')} nor in an ` +
      'active Python environment: run `npm run setup` to fetch them, or set CASCADE_LIBTENSORFLOW to the ' +
      `folder that holds ${names.cc}.`,
  );
}
