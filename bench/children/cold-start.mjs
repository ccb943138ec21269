import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { checkout } from '../../scripts/lib/paths.mjs';

/**
 * From `npm start` in a checkout that is set up to a page that shows its content, in headless Chromium, which is
 * running already: a person's browser is. Writes one JSON document: milliseconds of each round.
 *
 *     node bench/children/cold-start.mjs [ROUNDS]
 */

const PATIENCE_MS = 60_000;

/** @param {import('playwright-core').Browser} browser */
async function startOnce(browser) {
  const workspace = mkdtempSync(join(tmpdir(), 'cascade-bench-'));
  const started = performance.now();
  const child = spawn(
    'npm',
    ['start', '--', '--browser', '--no-open', '--port', '0', '--workspace', workspace],
    { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const address = await addressOf(child);
    const addressed = performance.now();
    const page = await browser.newPage();
    try {
      await page.goto(address);
      await page.locator('main [role=gridcell]').first().waitFor({ timeout: PATIENCE_MS });
      return { address: addressed - started, usable: performance.now() - started };
    } finally {
      await page.close();
    }
  } finally {
    // npm, and the application under it, which is told by the same signal to close its workspace.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
    rmSync(workspace, { recursive: true, force: true });
  }
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @returns {Promise<string>}
 */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (/** @type {Buffer} */ chunk) => {
      text += chunk.toString();
      const found = /https?:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`npm start ended without an address: ${text.trim()}`)));
  });
}

const rounds = Number(process.argv[2] ?? 3);
const executablePath = await findChromium(process.env);
if (executablePath === null) throw new Error('there is no Chromium: set CASCADE_CHROMIUM');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const times = [];
  for (let round = 0; round < rounds; round++) times.push(await startOnce(browser));
  process.stdout.write(`${JSON.stringify(times)}\n`);
} finally {
  await browser.close();
}
