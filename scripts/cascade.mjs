#!/usr/bin/env node
import { join } from 'node:path';
import { checkout } from './lib/paths.mjs';
import { describe } from './lib/problem.mjs';
import { passThrough } from './lib/run.mjs';
import { setUp } from './setup.mjs';

// The command line: stdout carries nothing but what the command itself writes there.
try {
  const ready = await setUp({ patient: true });
  for (const problem of ready.problems) process.stderr.write(`${problem}\n`);
  process.exitCode = await passThrough(
    ready.node,
    [join(checkout, 'out', 'main', 'cli.js'), ...process.argv.slice(2)],
    {
      env: { ...process.env, ...ready.env },
    },
  );
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}
