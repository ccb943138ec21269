import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launch, residentOf, startServer } from './browser.ts';
import { median } from './result.ts';
import { writeManyRuns } from './scale-workspaces.ts';

/**
 * A workspace of ten thousand runs, opened as a person does: the browser way, in Chromium. Writes one JSON document. Times in
 * milliseconds, sizes in bytes; medians of the tries.
 */

interface ManyRunsResult {
  runs: number;
  loadBefore: number;
  loadAfter: number;
  tries: number;
  /** From the start of the process to the printed address. */
  startMs: number;
  /** From opening the address to the first rows of the table; the pages' files are in no cache. */
  usableMs: number;
  /** The same of a reload. */
  reloadMs: number;
  /** From the last letter of a filter to the table that it leaves. */
  filterMs: number;
  /** From the last letter of a query over a measure and a seed to the table that it leaves. */
  queryMs: number;
  /** From a press on 'Fold seeds' to the first row of a group with its means. */
  foldMs: number;
  /** From a press on a column's head to the table in its order. */
  sortMs: number;
  /** From a leap of the scroll bar to the rows there. */
  scrollMs: number;
  residentBytes: number;
  peakBytes: number;
}

const RUNS = 10_000;
const TRIES = 3;
/** A change that is not seen after so long is none. */
const WAIT_MS = 20_000;
/** Of a process that has just started, the first moments are not yet quiet. */
const REST_MS = 1_000;

/** @param application a checkout that is built */
export async function benchmarkManyRuns(application: string, workspace: string): Promise<ManyRunsResult> {
  const [loadBefore = 0] = loadavg();
  await writeManyRuns(workspace, RUNS);
  const tries: Tried[] = [];
  // The first opening sets right what was written by another hand.
  await (await startServer(application, workspace)).close();
  for (let attempt = 0; attempt < TRIES; attempt++) tries.push(await once(application, workspace));
  const [loadAfter = 0] = loadavg();
  const of = (name: keyof Tried): number => median(tries.map((tried) => tried[name]));
  return {
    runs: RUNS,
    loadBefore,
    loadAfter,
    tries: TRIES,
    startMs: of('startMs'),
    usableMs: of('usableMs'),
    reloadMs: of('reloadMs'),
    filterMs: of('filterMs'),
    queryMs: of('queryMs'),
    foldMs: of('foldMs'),
    sortMs: of('sortMs'),
    scrollMs: of('scrollMs'),
    residentBytes: of('residentBytes'),
    peakBytes: of('peakBytes'),
  };
}

type Tried = Omit<ManyRunsResult, 'runs' | 'loadBefore' | 'loadAfter' | 'tries'>;

async function once(application: string, workspace: string): Promise<Tried> {
  const browser = await launch();
  const began = performance.now();
  const server = await startServer(application, workspace);
  const startMs = performance.now() - began;
  try {
    return { startMs, ...(await look(browser, server.address)) };
  } finally {
    await browser.close();
    await server.close();
  }
}

async function look(browser: Browser, address: string): Promise<Omit<Tried, 'startMs'>> {
  const page = await browser.newPage({ viewport: { width: 1_600, height: 1_000 } });
  const row = page.locator('[role="grid"] [data-run]').first();
  // A browser that runs already, as a person's does.
  await page.goto('data:text/html,<p>');
  const opened = performance.now();
  await page.goto(address);
  await row.waitFor();
  const usableMs = performance.now() - opened;
  await page.waitForTimeout(REST_MS);
  const reloaded = performance.now();
  await page.reload();
  await row.waitFor();
  const reloadMs = performance.now() - reloaded;
  await page.waitForTimeout(REST_MS);
  const filter = page.locator('[data-filter]');
  await filter.fill('sweep-1');
  await page.waitForTimeout(REST_MS);
  const filterMs = await changed(page, () => filter.press('End').then(() => filter.press('7')));
  // Until its last letter it cannot be read, and all runs stay; then the newest is not among those found.
  await filter.fill('testAccuracy > 0.1 and seed = ');
  await page.waitForTimeout(REST_MS);
  const other = (await row.getAttribute('data-run'))?.endsWith('-s1') ? '2' : '1';
  const queryMs = await changed(page, () => filter.press('End').then(() => filter.press(other)));
  await filter.fill('');
  await page.waitForTimeout(REST_MS);
  const sortMs = await changed(page, () => page.locator('[role="columnheader"] button').first().click());
  const scrollMs = await changed(page, () =>
    page.evaluate(`document.querySelector('[role="grid"] .body').scrollTop = 150000`),
  );
  const foldMs = await changed(page, () => page.locator('button', { hasText: 'Fold seeds' }).click());
  return { usableMs, reloadMs, filterMs, queryMs, foldMs, sortMs, scrollMs, ...(await residentOf(browser)) };
}

/** Milliseconds from the page's input to the frame after the table's first row is another; the page itself takes the time. */
async function changed(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`void (window.changed = new Promise((resolve) => {
    const first = () => document.querySelector('[role="grid"] [data-row]')?.dataset.row;
    const before = first();
    let from = null;
    const begin = () => (from ??= performance.now());
    for (const kind of ['keydown', 'mousedown', 'scroll'])
      window.addEventListener(kind, begin, { capture: true, once: true });
    const look = () =>
      from !== null && first() !== before
        ? resolve(performance.now() - from)
        : began + ${WAIT_MS} < performance.now()
          ? resolve(NaN)
          : requestAnimationFrame(look);
    const began = performance.now();
    look();
  }))`);
  await act();
  return page.evaluate<number>('window.changed');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { application: { type: 'string' } } });
  const workspace = mkdtempSync(join(tmpdir(), 'cascade-many-'));
  try {
    const application = values.application ?? join(import.meta.dirname, '..');
    const result = await benchmarkManyRuns(application, workspace);
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}
