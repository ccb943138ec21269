import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readNote, writeNote } from './files.mjs';
import { applicationNode } from './paths.mjs';
import { Problem } from './problem.mjs';
import { secondsSince } from './progress.mjs';
import { capture } from './run.mjs';

/** Everything that the build depends on. */
const sources = [
  'bench',
  'build',
  'common',
  'main',
  'preload',
  'renderer',
  'resources',
  'electron.vite.config.ts',
  'package-lock.json',
  'tsconfig.json',
];
const title = 'Build';

/** @param {string} root */
const noteOf = (root) => join(root, 'out', '.cascade-build.json');

/**
 * @param {string} root
 * @returns {boolean} whether out/ was built from the sources as they are
 */
export function buildIsFresh(root) {
  return readNote(noteOf(root))?.sources === fingerprint(root);
}

/**
 * Names, sizes and times of all sources: milliseconds, where reading them would take longer.
 * @param {string} root
 * @returns {string}
 */
function fingerprint(root) {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
    else hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  for (const source of sources) add(source);
  return hash.digest('hex');
}

/**
 * Builds the application into out/.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./progress.mjs').Reporter} report
 * @param {(pid: number) => void} addChild told of the builder, which goes on writing where we are killed
 * @throws {Problem} with what the builder said
 */
export async function build(root, env, report, addChild) {
  const node = applicationNode(root);
  if (node === null) throw new Problem(noNode);
  const started = performance.now();
  // The sources are looked at before they are read: a change while building makes the next build.
  const built = fingerprint(root);
  rmSync(noteOf(root), { force: true });
  const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  report.progress(title, 'building the application');
  const result = await capture(node, [builder, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...env, NO_COLOR: '1' },
    started: addChild,
  });
  if (result.code !== 0 || !existsSync(join(root, 'out'))) {
    throw new Problem(`The application could not be built:\n${result.output.trim()}`);
  }
  writeNote(noteOf(root), { sources: built });
  report.done(title, `out/ (${secondsSince(started)})`);
}

export const noNode = `Cascade Lab runs on Node 22.18 or newer, and there is no such package for ${process.platform}-${process.arch}: install Node 24 and start again.`;
