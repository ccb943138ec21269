import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { printedAddress } from '../../../bench/printed-address.ts';
import { findApplication } from '../../../main/entry/application.ts';

const { root } = findApplication();
const entry = join(root, 'out', 'main', 'browser.js');

/** The built application, opened the browser way in a process of its own. */
export interface Application {
  /** With the launch token. */
  address: string;
  origin: string;
  port: number;
  workspace: string;
  /** Ends it as a person would, and waits for the end. */
  close(): Promise<void>;
  /** SIGKILL: nothing is written any more. */
  kill(): Promise<void>;
}

export interface ApplicationOptions {
  workspace: string;
  /** 0 takes any that is free. */
  port?: number;
  /** An empty workspace stays empty unless told. */
  starter?: boolean;
  concurrency?: number;
}

/** What set-up built is used; where the sources have changed since, set-up builds again. */
export function ensureBuilt(): void {
  const { output } = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs')], { encoding: 'utf8' });
  if (!existsSync(entry)) throw new Error(`The application is not built:\n${output.join('')}`);
}

/** Rejects with what the process said where it ends before it has printed its address. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { workspace, port = 0, starter = false, concurrency = 1 } = options;
  const child = spawn(
    process.execPath,
    [
      entry,
      '--no-open',
      ...['--port', String(port), '--workspace', workspace, '--concurrency', String(concurrency)],
      starter ? '--start-starter' : '--no-starter',
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const address = new URL(await printedAddress(child));
  return {
    address: address.href,
    origin: address.origin,
    port: Number(address.port),
    workspace,
    close: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
