import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launch, residentOf, startServer } from './browser.ts';
import { median } from './result.ts';
import { writeManyCurves } from './scale-workspaces.ts';

/**
 * A thousand curves of two hundred epochs in one pane of the comparison, zoomed and moved as a person does, in Chromium. Writes one
 * JSON document. Times in milliseconds.
 */

interface ManyCurvesResult {
  curves: number;
  points: number;
  loadBefore: number;
  loadAfter: number;
  /** From the address to all curves painted. */
  drawnMs: number;
  /** Frames between two pictures of the page while it is zoomed, and moved. */
  gestures: { what: string; frames: number; medianMs: number; slowest95Ms: number; worstMs: number }[];
  /** From the end of the gesture to all curves painted anew. */
  settledMs: number;
  residentBytes: number;
}

const PANE = JSON.stringify(['curves', { y: 'testAccuracy', x: 'epoch' }]);
const STEPS = 90;

/** @param application a checkout that is built */
export async function benchmarkManyCurves(
  application: string,
  workspace: string,
  runs: number,
  epochs: number,
): Promise<ManyCurvesResult> {
  const [loadBefore = 0] = loadavg();
  if (!existsSync(join(workspace, 'workspace.sqlite'))) await writeManyCurves(workspace, runs, epochs);
  const server = await startServer(application, workspace);
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1_600, height: 1_000 } });
    await page.goto(server.address);
    await page.locator('nav').first().waitFor();
    await page.waitForTimeout(2_000);
    const from = performance.now();
    const parameters = new URLSearchParams({ group: 'id', panes: PANE });
    await page.evaluate(`location.hash = ${JSON.stringify(`#/compare?${parameters.toString()}`)}`);
    await page.locator('.plot canvas').waitFor();
    await painted(page, runs);
    const drawnMs = performance.now() - from;
    const box = (await page.locator('.plot .area').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const zooming = await gesture(page, 'zooming', (step) => page.mouse.wheel(0, step % 60 < 30 ? -40 : 40));
    await page.mouse.down();
    const moving = await gesture(page, 'moving', (step) =>
      page.mouse.move(box.x + box.width / 2 + 200 * Math.sin(step / 8), box.y + box.height / 2 + step),
    );
    await page.mouse.up();
    const settled = performance.now();
    await painted(page, runs);
    const settledMs = performance.now() - settled;
    const { residentBytes } = await residentOf(browser);
    const [loadAfter = 0] = loadavg();
    const points = runs * epochs;
    return {
      curves: runs,
      points,
      loadBefore,
      loadAfter,
      drawnMs,
      gestures: [zooming, moving],
      settledMs,
      residentBytes,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Waits until the plot says that all its lines are painted as they are seen. */
async function painted(page: Page, lines: number): Promise<void> {
  await page.locator(`.plot canvas[data-painted="${lines}"]`).waitFor({ timeout: 60_000 });
}

async function gesture(
  page: Page,
  what: string,
  act: (step: number) => Promise<void>,
): Promise<ManyCurvesResult['gestures'][number]> {
  await page.evaluate(`void (window.frames = (() => {
    const times = [];
    let last = performance.now();
    let going = true;
    const look = () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
      if (going) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return { end: () => ((going = false), times) };
  })())`);
  for (let step = 0; step < STEPS; step++) {
    await act(step);
    await page.waitForTimeout(12);
  }
  const times = (await page.evaluate<number[]>('window.frames.end()'))
    .slice(1)
    .sort((one, other) => one - other);
  return {
    what,
    frames: times.length,
    medianMs: median(times),
    slowest95Ms: times[Math.floor(times.length * 0.95)]!,
    worstMs: times.at(-1)!,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      application: { type: 'string' },
      workspace: { type: 'string' },
      runs: { type: 'string', default: '1000' },
      epochs: { type: 'string', default: '200' },
    },
  });
  const made = values.workspace === undefined ? mkdtempSync(join(tmpdir(), 'cascade-curves-')) : null;
  try {
    const application = values.application ?? join(import.meta.dirname, '..');
    const result = await benchmarkManyCurves(
      application,
      values.workspace ?? made!,
      Number(values.runs),
      Number(values.epochs),
    );
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    if (made !== null) rmSync(made, { recursive: true, force: true });
  }
}
