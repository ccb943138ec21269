#!/usr/bin/env node
import { join } from 'node:path';
import { electronBinary, fetchElectron, withoutWindow } from './lib/electron.mjs';
import { cacheFolder, checkout } from './lib/paths.mjs';
import { describe } from './lib/problem.mjs';
import { createReporter } from './lib/progress.mjs';
import { passThrough } from './lib/run.mjs';
import { setUp } from './setup.mjs';

/** An Electron that ends badly so soon has not opened its window: libraries or its sandbox are missing. */
const stillbornMs = 5000;
/** Options that only the browser way knows. */
const ofBrowser = ['--browser', '--no-open', '--port', '--tab'];

const report = createReporter();

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
async function start(args) {
  const ready = await setUp({ report });
  for (const problem of ready.problems) report.say(problem);
  const env = { ...process.env, ...ready.env };
  const why = args.some((arg) => ofBrowser.includes(arg.split('=')[0] ?? ''))
    ? null
    : await startElectron(ready.node, args, env);
  if (typeof why === 'number') return why;
  if (why !== null) report.say(`Opening by your browser: ${why}.`);
  const passed = args.filter((arg) => arg !== '--browser');
  return await passThrough(ready.node, [join(checkout, 'out', 'main', 'browser.js'), ...passed], { env });
}

/**
 * @param {string} node
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | string>} its exit code, or why it cannot be used here
 */
async function startElectron(node, args, env) {
  const hindrance = withoutWindow(env);
  if (hindrance !== null) return hindrance;
  if (electronBinary(checkout) === null) {
    const failure = await fetchElectron({ root: checkout, cache: cacheFolder(env), node, env, report });
    if (failure !== null) return failure;
  }
  const started = performance.now();
  const code = await passThrough(electronBinary(checkout) ?? '', [checkout, ...args], { env });
  if (code !== 0 && performance.now() - started < stillbornMs)
    return `Electron does not start here (code ${code})`;
  return code;
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}
