#!/usr/bin/env node
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { readNote } from './lib/files.mjs';
import { provideChromium } from './lib/chromium.mjs';
import { checkout } from './lib/paths.mjs';
import { describe, Problem } from './lib/problem.mjs';
import { createReporter, secondsSince } from './lib/progress.mjs';
import { capture, passThrough } from './lib/run.mjs';
import { summary, tally } from './lib/tally.mjs';
import { setUp } from './setup.mjs';

/** Scripts of package.json, in the order of how soon they tell. With filters, only tests are run. */
const checks = ['format:check', 'lint', 'layers', 'types'];

const report = createReporter();
const filters = process.argv.slice(2);
/** @type {import('./lib/tally.mjs').Tally} */
const counts = { passed: 0, failed: 0, skipped: 0 };

/** @returns {Promise<void>} */
async function test() {
  const started = performance.now();
  const ready = await setUp({ report, tolerant: true });
  for (const problem of ready.problems) say(`Set-up: ${problem}`);
  counts.failed += ready.problems.length;
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, ...ready.env, ...(await chromium()), ...(await pythonWithTorch()) };
  // The engine's modules are many, and every run's thread reads them: translated once, they are kept for all processes and threads.
  env.NODE_COMPILE_CACHE ??= join(checkout, 'node_modules', '.cache', 'compiled');
  env.PATH = [dirname(ready.node), join(checkout, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  say(`Set-up: ${secondsSince(started)}`);
  if (filters.length === 0) for (const name of checks) await check(name, env);
  await vitest(ready.node, env);
}

/**
 * @param {string} name of a script in package.json
 * @param {NodeJS.ProcessEnv} env
 */
async function check(name, env) {
  const scripts = /** @type {Record<string, string>} */ (readNote(join(checkout, 'package.json'))?.scripts);
  const started = performance.now();
  const { code, output } = await capture(scripts[name] ?? 'false', [], { cwd: checkout, env, shell: true });
  if (code === 0) counts.passed++;
  else counts.failed++;
  say(`${name}: ${code === 0 ? 'passed' : 'FAILED'} (${secondsSince(started)})`);
  if (code !== 0) say(output.trim());
}

/**
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 */
async function vitest(node, env) {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-test-'));
  const file = join(folder, 'report.json');
  const started = performance.now();
  try {
    const args = [join(checkout, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...filters];
    args.push('--reporter=default', '--reporter=json', `--outputFile.json=${file}`);
    const code = await passThrough(node, args, { cwd: checkout, env });
    const result = tally(readReport(file), code);
    say(`tests: ${summary(result)} (${secondsSince(started)})`);
    if (result.passed + result.failed === 0) {
      say('No test was run.');
      process.exitCode = 1;
    }
    counts.passed += result.passed;
    counts.failed += result.failed;
    counts.skipped += result.skipped;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @returns {import('./lib/tally.mjs').VitestReport | null}
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** The browser tests skip themselves, counted and told, where CASCADE_CHROMIUM names none. */
async function chromium() {
  try {
    return { CASCADE_CHROMIUM: await provideChromium(process.env, report) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(error.message);
    return {};
  }
}

/** A Python with PyTorch makes the parity tests live; they use golden files where CASCADE_PYTHON is not set. */
async function pythonWithTorch() {
  if (process.env.CASCADE_PYTHON) return {};
  const program =
    'import importlib.util as u, sys; sys.exit(not (u.find_spec("torch") and u.find_spec("numpy")))';
  const { code } = await capture('python3', ['-c', program], { timeoutMs: 20_000 });
  return code === 0 ? { CASCADE_PYTHON: 'python3' } : {};
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

try {
  await test();
} catch (error) {
  counts.failed++;
  say(describe(error));
}
if (counts.failed > 0) process.exitCode = 1;
say(summary(counts));
