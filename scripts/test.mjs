#!/usr/bin/env node
import { join } from 'node:path';
import { readNote } from './lib/files.mjs';
import { provideChromium } from './lib/chromium.mjs';
import { checkout } from './lib/paths.mjs';
import { Problem } from './lib/problem.mjs';
import { createReporter, secondsSince } from './lib/progress.mjs';
import { capture } from './lib/run.mjs';
import { Suite, suiteEnvironment } from './lib/suite.mjs';
import { setUp } from './setup.mjs';

/** Scripts of package.json, the longest first. With filters, only tests are run. */
const checks = ['lint', 'types', 'format:check', 'layers'];

const report = createReporter();
const filters = process.argv.slice(2);
const suite = new Suite();

await suite.run(async () => {
  const started = performance.now();
  const ready = await setUp({ report, tolerant: true });
  for (const problem of ready.problems) suite.say(`Set-up: ${problem}`);
  suite.counts.failed += ready.problems.length;
  const env = {
    ...suiteEnvironment(ready.node),
    ...ready.env,
    ...(await chromium()),
    ...(await pythonWithTorch()),
  };
  suite.say(`Set-up: ${secondsSince(started)}`);
  const scripts = /** @type {Record<string, string>} */ (readNote(join(checkout, 'package.json'))?.scripts);
  if (filters.length === 0)
    await suite.checks(
      checks.map((name) => [name, scripts[name] ?? 'false']),
      env,
    );
  await suite.vitest(ready.node, filters, env);
});

/** The browser tests skip themselves, counted and told, where CASCADE_CHROMIUM names none. */
async function chromium() {
  try {
    return { CASCADE_CHROMIUM: await provideChromium(process.env, report) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    suite.say(error.message);
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
