import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { describe, test } from 'vitest';

/** CASCADE_CHROMIUM names the browser (set-up finds one); else the usual place of a distribution's. */
const named = process.env['CASCADE_CHROMIUM'] || '/usr/bin/chromium';
const path = existsSync(named) ? named : null;

/** A group of tests that drive a real Chromium; without one they are skipped, and say so. */
export function describeInChromium(name: string, body: () => void): void {
  if (path !== null) describe(name, body);
  else
    test.skip(`${name}: skipped, because there is no ${named}; name a Chromium in CASCADE_CHROMIUM`, () => {});
}

/** Starts Chromium without a window, and without the calls home that it makes of its own. */
export async function launchChromium(): Promise<Browser> {
  if (path === null) throw new Error('There is no Chromium.');
  return chromium.launch({
    executablePath: path,
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-gpu',
      '--no-first-run',
    ],
  });
}
