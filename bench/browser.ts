import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { printedAddress } from './printed-address.ts';

/** What the benchmarks of the page share: the built application the browser way, and a Chromium that looks at it. */

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CASCADE_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-gpu',
      '--no-first-run',
    ],
  });
}

/** @param application a checkout that is built */
export async function startServer(
  application: string,
  workspace: string,
): Promise<{ address: string; close(): Promise<void> }> {
  const entry = join(application, 'out/main/browser.js');
  const given = ['--no-open', '--port', '0', '--workspace', workspace, '--no-starter'];
  const child = spawn(process.execPath, [entry, ...given], {
    cwd: application,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = await printedAddress(child);
  return {
    address,
    close: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Bytes that the largest process that shows pages holds now, and the most that it ever did. */
export async function residentOf(browser: Browser): Promise<{ residentBytes: number; peakBytes: number }> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      const read = (name: string): number =>
        1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN);
      return { residentBytes: read('VmRSS'), peakBytes: read('VmHWM') };
    });
  return sizes.reduce((most, size) => (size.residentBytes > most.residentBytes ? size : most));
}
