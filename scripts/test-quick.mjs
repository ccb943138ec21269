#!/usr/bin/env node
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './lib/paths.mjs';
import { createReporter } from './lib/progress.mjs';
import { Suite, suiteEnvironment } from './lib/suite.mjs';
import { providePackages } from './setup.mjs';

const caches = join('node_modules', '.cache', 'quick');
const formatCache = `--cache --cache-strategy content --cache-location ${join(caches, 'format')}`;
const lintCache = `--cache --cache-strategy content --cache-location ${join(caches, 'lint')}`;
const typesCache = (/** @type {string} */ name) =>
  `--noEmit --incremental --tsBuildInfoFile ${join(caches, name)}`;

/**
 * The checks of `npm run check`; here they remember what was sound before. The longest first.
 * @type {[name: string, command: string][]}
 */
const checks = [
  ['lint', `eslint . ${lintCache}`],
  ['types', `tsc -p tsconfig.json ${typesCache('types')}`],
  ['format', `prettier --check . ${formatCache}`],
  ['types of the page', `vue-tsc -p renderer/tsconfig.json ${typesCache('page-types')}`],
  ['types of the scripts', `tsc -p scripts/tsconfig.json ${typesCache('scripts-types')}`],
  ['layers', 'node scripts/layers.mjs'],
];

const filters = process.argv.slice(2);
const suite = new Suite();

await suite.run(async () => {
  const node = await providePackages({ report: createReporter() });
  const env = suiteEnvironment(node);
  mkdirSync(join(checkout, caches), { recursive: true });
  if (filters.length === 0) await suite.checks(checks, env);
  await suite.vitest(node, ['--project', 'unit', ...filters], env);
});
