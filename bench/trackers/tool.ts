import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, delimiter } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Page } from 'playwright-core';

/** A program that shows curves of runs in a browser. */
export interface Tool {
  name: string;
  /** What it does otherwise than asked: a curve for each run, those of one seed, a mean for each study. */
  remarks: string;
  /** Serves what lies in the folder. @returns the page's address, and what ends the server */
  start(folder: string): Promise<Served>;
  /** Resolves when the first chart with lines is seen. @param page another than the chart's */
  chart(page: Page, served: Served): Promise<void>;
  /** Makes ready what comes before the last letter of the filter. */
  beforeFilter(page: Page): Promise<void>;
  /** The last letter, until the chart has the runs of the seed alone. Null where the chart is not filtered. */
  filter: ((page: Page) => Promise<void>) | null;
  /** Choosing the groups, until the chart has a line for each. Null where there are none. */
  group: ((page: Page) => Promise<void>) | null;
}

export interface Served {
  address: string;
  close(): Promise<void>;
}

/** Runs of this seed are what the filter leaves: a fifth of all. */
export const SEED = 1;
/** What has not come by then is not waited for. */
export const LIMIT_MS = 180_000;

/** @returns milliseconds, null where it was not done within the limit */
export async function timed(work: () => Promise<void>): Promise<number | null> {
  const began = performance.now();
  try {
    await work();
    return performance.now() - began;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return null;
    throw error;
  }
}

/** A server of another tool, by the Python that CASCADE_TRACKERS_PYTHON names. @param path that it answers when it is ready */
export async function servePython(
  argsFor: (port: string) => string[],
  path: string,
  environment: Record<string, string> = {},
): Promise<Served> {
  const python = process.env['CASCADE_TRACKERS_PYTHON'] ?? 'python3';
  const port = String(await freePort());
  const child = spawn(python, argsFor(port), {
    // A group of its own: workers of these servers are ended with them.
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...environment, PATH: [dirname(python), process.env['PATH']].join(delimiter) },
  });
  const address = `http://127.0.0.1:${port}${path}`;
  const exited = once(child, 'exit');
  while (!(await answers(address))) {
    if (child.exitCode !== null) throw new Error(`${argsFor(port).join(' ')} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    address,
    close: async () => {
      process.kill(-child.pid!, 'SIGTERM');
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 5_000))]);
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
    },
  };
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
