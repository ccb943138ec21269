#!/usr/bin/env node
import { join } from 'node:path';
import { checkout } from './lib/paths.mjs';
import { describe } from './lib/problem.mjs';
import { passThrough } from './lib/run.mjs';
import { setUp } from './setup.mjs';

// The check of a GPU: see bench/gpu/check.ts, which is built as out/main/gpu-check.js.
try {
  const ready = await setUp({ patient: true });
  for (const problem of ready.problems) process.stderr.write(`${problem}\n`);
  const program = join(checkout, 'out', 'main', 'gpu-check.js');
  process.exitCode = await passThrough(ready.node, [program, ...process.argv.slice(2)], {
    env: { ...process.env, ...ready.env },
  });
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}
