import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findApplication } from '../../main/entry/application.ts';

/** How a process ended that was given a time. */
export interface Ended {
  /** Null where a signal ended it. */
  code: number | null;
  /** Whether it was killed because its time was over. */
  late: boolean;
  seconds: number;
  lines: string[];
  /** The last line of what it complained. */
  complaint: string;
}

export interface ProcessOptions {
  env?: NodeJS.ProcessEnv;
  limitSeconds: number;
  /** Told each line of standard output; answers whether to kill the process now. */
  onLine?: (line: string, atSeconds: number) => boolean | void;
}

/** Runs a program for a limited time. What it has started itself ends with it: all of them are one group. */
export async function runLimited(
  program: string,
  args: readonly string[],
  { env = process.env, limitSeconds, onLine }: ProcessOptions,
): Promise<Ended> {
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, limitSeconds * 1000);
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-10_000)));
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    if (onLine?.(line, since()) === true) kill();
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, late, seconds: since(), lines, complaint: errors.trim().split('\n').at(-1) ?? '' };
  } finally {
    clearTimeout(timer);
    kill();
  }
}

/** The command line that belongs to this program: from source, or built. */
export function commandFile(): string {
  const { root } = findApplication();
  const built = join(root, 'out', 'main', 'cli.js');
  return import.meta.filename.endsWith('.ts') || !existsSync(built) ? join(root, 'main', 'cli.ts') : built;
}

/** Runs a command of the command line. */
export async function runCommand(args: readonly string[], options: ProcessOptions): Promise<Ended> {
  return runLimited(process.execPath, [commandFile(), ...args], options);
}

/** What went wrong, in words; null where nothing did. */
export function failureOf({ code, late, seconds, complaint }: Ended): string | null {
  if (late) return `its time of ${Math.round(seconds)} s was over`;
  if (code === 0) return null;
  return complaint || `it ended with ${code ?? 'a signal'}`;
}

/** A line as JSON; null where it is none. */
export function parsedLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
