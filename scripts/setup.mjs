#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, buildIsFresh, noNode } from './lib/build.mjs';
import { provideLibrary, verifyCached } from './lib/fetch-library.mjs';
import { findLibrary, libraryEnvironment, wantedVariant } from './lib/library.mjs';
import { readNote, writeNote } from './lib/files.mjs';
import { withLock } from './lib/lock.mjs';
import { installPackages, packagesAreThere } from './lib/packages.mjs';
import { applicationNode, cacheFolder, checkout } from './lib/paths.mjs';
import { describe, Problem } from './lib/problem.mjs';
import { createReporter, secondsSince } from './lib/progress.mjs';

/**
 * @typedef {object} Ready
 * @property {string} node that runs the application
 * @property {Record<string, string>} env what to add to its environment
 * @property {string[]} problems what could not be had, a sentence each; the application starts without
 */

const hourMs = 3600 * 1000;

/**
 * Brings everything in place that is not: packages, libtensorflow, the build. Each step looks first, does its work
 * so that it can be interrupted anywhere, and leaves its sign last.
 * @param {object} [options]
 * @param {boolean} [options.patient] whether to spare another attempt at libtensorflow that failed within the hour
 * @param {boolean} [options.tolerant] whether a build that fails is one of the problems (tests tell more then)
 * @param {string} [options.root]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {import('./lib/progress.mjs').Reporter} [options.report]
 * @param {typeof wantedVariant} [options.variantOf] which libtensorflow to fetch in an environment
 * @returns {Promise<Ready>}
 * @throws {Problem} where the application cannot be started at all
 */
export async function setUp(options = {}) {
  const {
    root = checkout,
    env = process.env,
    report = createReporter(),
    patient = false,
    tolerant = false,
    variantOf = wantedVariant,
  } = options;
  const cache = cacheFolder(env);
  /** @type {string[]} */
  const problems = [];
  if (!packagesAreThere(root) || !buildIsFresh(root)) {
    await locked(root, report, async (addChild) => {
      if (!packagesAreThere(root)) await installPackages({ root, env, report, addChild });
      try {
        if (!buildIsFresh(root)) await build(root, env, report, addChild);
      } catch (error) {
        if (!tolerant || !(error instanceof Problem)) throw error;
        problems.push(error.message);
      }
    });
  }
  const node = nodeOf(root);
  const { library, problem } = await libraryOrProblem({ env, cache, report, patient, variantOf });
  if (problem !== null) problems.push(problem);
  return { node, env: library === null ? {} : libraryEnvironment(library, env), problems };
}

/**
 * Brings only the packages in place: enough for whatever needs neither the build nor the engine.
 * @param {object} options
 * @param {string} [options.root]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {import('./lib/progress.mjs').Reporter} options.report
 * @returns {Promise<string>} the Node that runs the application
 * @throws {Problem} where they cannot be had
 */
export async function providePackages({ root = checkout, env = process.env, report }) {
  if (!packagesAreThere(root))
    await locked(root, report, (addChild) => installPackages({ root, env, report, addChild }));
  return nodeOf(root);
}

/**
 * One set-up of a checkout at a time.
 * @param {string} root
 * @param {import('./lib/progress.mjs').Reporter} report
 * @param {(addChild: (pid: number) => void) => Promise<void>} work
 */
async function locked(root, report, work) {
  await withLock(join(root, '.cache', 'setup.lock'), work, (pid) =>
    report.say(`  Another set-up (process ${pid}) is at work; waiting for it.`),
  );
}

/** @param {string} root */
function nodeOf(root) {
  const node = applicationNode(root);
  if (node === null) throw new Problem(noNode);
  return node;
}

/**
 * Without libtensorflow, old runs can still be looked at: that is told, not fatal. With a GPU for which the CUDA
 * build cannot be had, the processor's build serves.
 * @param {{ env: NodeJS.ProcessEnv, cache: string, report: import('./lib/progress.mjs').Reporter, patient: boolean, variantOf: typeof wantedVariant }} options
 */
async function libraryOrProblem({ env, cache, report, patient, variantOf }) {
  const note = join(cache, 'libtensorflow', 'failed.json');
  const wanted = variantOf(env);
  const fallback = variantOf({ ...env, CASCADE_ENGINE: 'cpu' });
  let problem = null;
  for (const variant of new Set([wanted, fallback])) {
    try {
      const failed = readNote(note);
      const spare = patient || (variant === wanted && (await findLibrary(env, cache, fallback)) !== null);
      const ago = Date.now() - Number(failed?.at);
      // Of a clock that was set back the note is of the future: nothing is known of it then.
      const recently = spare && failed?.folder === variant?.folder && ago >= 0 && ago < hourMs;
      if (recently && (await findLibrary(env, cache, variant)) === null)
        throw new Problem(String(failed?.problem));
      return { library: await provideLibrary({ env, cache, report, variant }), problem };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem ??= error.message;
      remember(note, { at: Date.now(), folder: variant?.folder, problem: error.message });
    }
  }
  return { library: null, problem };
}

/**
 * @param {string} note
 * @param {Record<string, unknown>} value
 */
function remember(note, value) {
  try {
    writeNote(note, value);
  } catch {
    // The cache folder cannot be written: that is already the problem told.
  }
}

async function main() {
  const started = performance.now();
  const report = createReporter();
  if (process.argv.includes('--verify')) {
    const variant = wantedVariant(process.env);
    const folder = variant === null ? null : join(cacheFolder(), 'libtensorflow', variant.folder);
    if (folder !== null && (await verifyCached(folder))) report.say(`${folder} is sound.`);
  }
  const ready = await setUp({ report });
  for (const problem of ready.problems) report.say(problem);
  if (ready.problems.length > 0) process.exitCode = 1;
  else report.say(`Everything is in place (${secondsSince(started)}).`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`${describe(error)}\n`);
    process.exitCode = 1;
  });
}
