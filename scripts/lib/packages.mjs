import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytesIn, readNote, writeNote } from './files.mjs';
import { Problem } from './problem.mjs';
import { megabytes, secondsSince } from './progress.mjs';
import { capture } from './run.mjs';

/**
 * @typedef {import('./progress.mjs').Reporter} Reporter
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage
 */

const title = 'Node packages';
const pollMs = 500;
/** What the packages of package-lock.json take, unpacked, and npm's own cache of them. */
const spaceNeeded = 1_500_000_000;

/** @param {string} root */
const noteOf = (root) => join(root, 'node_modules', '.cascade-setup.json');

/**
 * @param {string} root
 * @returns {boolean} whether the packages are those of package-lock.json, whole
 */
export function packagesAreThere(root) {
  return readNote(noteOf(root))?.lock === lockHash(root);
}

/** @param {string} root */
function lockHash(root) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return `${hash.digest('hex')} ${process.platform}-${process.arch}`;
}

/**
 * Installs the packages. What npm has installed by somebody else's hand is taken as it is, if it is whole and
 * what package-lock.json asks for.
 * @param {object} options
 * @param {string} options.root
 * @param {NodeJS.ProcessEnv} options.env
 * @param {Reporter} options.report
 * @param {(pid: number) => void} options.addChild
 * @throws {Problem}
 */
export async function installPackages({ root, env, report, addChild }) {
  const lock = lockHash(root);
  if (!installedByNpm(root)) await runNpm({ root, env, report, addChild });
  linkCommand(root);
  writeNote(noteOf(root), { lock });
}

/**
 * npm ends with writing a lock file of its own into node_modules, so that one is a sign of a whole
 * installation.
 * @param {string} root
 */
function installedByNpm(root) {
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return false;
  return expectedPackages(root).every(([path, wanted]) => {
    const found = installed[path];
    if (found === undefined) return wanted.optional === true && !existsSync(join(root, path));
    return found.version === wanted.version && existsSync(join(root, path, 'package.json'));
  });
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | null}
 */
function lockedPackages(file) {
  const packages = readNote(file)?.packages;
  return typeof packages === 'object' ? /** @type {Record<string, LockedPackage> | null} */ (packages) : null;
}

/**
 * @param {string} root
 * @returns {[path: string, LockedPackage][]} without those for other machines
 */
function expectedPackages(root) {
  const locked = lockedPackages(join(root, 'package-lock.json'));
  if (locked === null)
    throw new Problem(`${join(root, 'package-lock.json')} is missing or broken: restore it.`);
  return Object.entries(locked).filter(
    ([path, { os, cpu, libc }]) =>
      path !== '' &&
      (os?.includes(process.platform) ?? true) &&
      (cpu?.includes(process.arch) ?? true) &&
      (libc?.includes('glibc') ?? true),
  );
}

/** @param {{ root: string, env: NodeJS.ProcessEnv, report: Reporter, addChild: (pid: number) => void }} options */
async function runNpm({ root, env, report, addChild }) {
  const modules = join(root, 'node_modules');
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < spaceNeeded) {
    throw new Problem(
      `The packages take ${megabytes(spaceNeeded)} while they are set up and ${root} has ${megabytes(bavail * bsize)} free: make room.`,
    );
  }
  // npm takes the old packages away in no order: killed then, it must not leave a sign of completeness.
  rmSync(noteOf(root), { force: true });
  rmSync(join(modules, '.package-lock.json'), { force: true });
  const started = performance.now();
  const expected = expectedPackages(root).map(([path]) => join(root, path, 'package.json'));
  const watch = setInterval(
    () => report.progress(title, `${expected.filter(existsSync).length} of ${expected.length}`),
    pollMs,
  );
  report.progress(title, `installing ${expected.length} with npm`);
  const npm = npmCommand(env);
  const args = [
    ...npm.args,
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--include=dev',
    '--include=optional',
  ];
  const result = await capture(npm.command, args, { cwd: root, env, started: addChild, shell: npm.shell });
  clearInterval(watch);
  if (result.code !== 0) throw npmFailure(result);
  const count = expected.filter(existsSync).length;
  report.done(title, `${count} installed, ${megabytes(bytesIn(modules))} (${secondsSince(started)})`);
}

/**
 * The npm that runs us, else the one on PATH.
 * @param {NodeJS.ProcessEnv} env
 */
function npmCommand(env) {
  const cli = env.npm_execpath;
  if (cli !== undefined && basename(cli) === 'npm-cli.js' && existsSync(cli)) {
    // An npm of Node 20 may not run on the Node among our packages, nor survive its removal by `npm ci`.
    return { command: env.npm_node_execpath ?? process.execPath, args: [cli], shell: false };
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/** @param {{ code: number, output: string }} result */
function npmFailure({ code, output }) {
  if (code === 127) return new Problem('npm is not on the PATH: install Node.js with npm, 20 or newer.');
  const lines = output
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line) && !/complete log|code /.test(line));
  const reason = (lines[0] ?? output.trim().split('\n').at(-1) ?? '').replace(/^npm (error|ERR!)\s*/, '');
  return new Problem(`npm could not install the packages (${reason.trim()}): mend that and start again.`);
}

/**
 * `npx cascade` looks into node_modules/.bin, where npm links the commands of every package but our own.
 * @param {string} root
 */
function linkCommand(root) {
  if (process.platform === 'win32') return;
  const folder = join(root, 'node_modules', '.bin');
  mkdirSync(folder, { recursive: true });
  const link = join(folder, 'cascade');
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'scripts', 'cascade.mjs'), link);
  const script = join(root, 'scripts', 'cascade.mjs');
  if (existsSync(script)) chmodSync(script, 0o755);
}
