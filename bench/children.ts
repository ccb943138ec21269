import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CascadeError } from '../common/errors.ts';
import { findApplication } from '../main/entry/application.ts';

/** Programs that measure in a process of their own. */
export const PROGRAMS = [
  'cold-start.mjs',
  'memory.ts',
  'pytorch_parity.py',
  'pytorch_peer.py',
  'training.ts',
  'workspace.ts',
] as const;
export type Program = (typeof PROGRAMS)[number];

/** A program of `bench/children`: measures that want a process of their own. The built application has those in Python alone, in out/main. */
export function benchFile(name: Program): string {
  const { root } = findApplication();
  const file = join(root, 'bench', 'children', name);
  return existsSync(file) ? file : join(root, 'out', 'main', name);
}

/** Runs such a program and answers with the JSON document it writes. @throws CascadeError BENCH_FAILED */
export async function runChild(name: Program, args: readonly string[] = []): Promise<unknown> {
  const child = spawn(process.execPath, [benchFile(name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return JSON.parse(output) as unknown;
  const why = errors.trim().split('\n').at(-1) || `it ended with code ${code}`;
  throw new CascadeError('BENCH_FAILED', `bench/children/${name} failed: ${why}`);
}
