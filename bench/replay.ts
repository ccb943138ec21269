import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launch, residentOf, startServer } from './browser.ts';
import { median } from './result.ts';
import { CONTROL, OTHERS, REPLAYED, writeReplayed } from './replay-workspace.ts';
import { RESNET_50 } from './scale-workspaces.ts';
import { integers } from './synthetic-run.ts';

/**
 * The replay of a run of ResNet-50's size beside its control, in Chromium: seeks, scrubs, and what the page holds after all of
 * it. Writes one JSON document. Times in milliseconds, sizes in bytes.
 */

interface Seeks {
  what: string;
  /** From the press on the timeline until both sides are drawn. */
  medianMs: number;
  maxMs: number;
  tries: number;
  /** That were not drawn within ten seconds. */
  failed: number;
  /** That crossed the line for one seek, what is read ahead of it included; median. */
  bytes: number;
}

interface Scrub {
  what: string;
  steps: number;
  /** Processor time of the page's main thread a step: script, styles, layout and painting. */
  mainThreadMs: number;
  scriptMs: number;
  layoutMs: number;
  stylesMs: number;
  /** How often the page was laid out, a step. */
  layouts: number;
  /** Tasks longer than 50 ms on the wall, and the longest. */
  longTasks: number;
  longestTaskMs: number;
}

interface Memory {
  when: string;
  heapBytes: number;
  /** Of typed arrays and the like. */
  buffersBytes: number;
  /** Of the page's process, with the libraries of the browser; and the most that it ever was. */
  residentBytes: number;
  peakBytes: number;
}

export interface ReplayResult {
  epochs: number;
  weights: number;
  loadBefore: number;
  loadAfter: number;
  seconds: number;
  /** Until the map of both sides was drawn. */
  openedMs: number;
  openedBytes: number;
  seeks: Seeks[];
  scrubs: Scrub[];
  memory: Memory[];
  bytes: number;
}

const EPOCHS = 16;
const THRESHOLD = '1e-3';
const WIDTH = 1_600;
const HEIGHT = 1_000;
/** Seeks of each kind. */
const SEEKS = 12;
/** A person looks at a picture before the next press. */
const LOOK_MS = 400;
/** The largest kernels are opened after one another. */
const OPENED = 12;

/** A layer's weights, and after everything else the map. */
const LARGEST = [...RESNET_50].sort((one, other) => other.weights - one.weights).slice(0, OPENED);

interface Wish {
  /** A checkout that is built. */
  application: string;
  workspace: string;
  /** Whether four runs in step are measured too; else the run and its control alone. */
  four: boolean;
}

export async function benchmarkReplay({ application, workspace, four }: Wish): Promise<ReplayResult> {
  const began = performance.now();
  const [loadBefore = 0] = loadavg();
  if (!existsSync(join(workspace, 'workspace.sqlite'))) await writeReplayed(workspace, EPOCHS, four);
  const server = await startServer(application, workspace);
  const browser = await launch();
  try {
    const measured = await measure(browser, server.address, four);
    const [loadAfter = 0] = loadavg();
    const weights = RESNET_50.reduce((sum, layer) => sum + layer.weights, 0);
    const seconds = (performance.now() - began) / 1000;
    return { epochs: EPOCHS, weights, loadBefore, loadAfter, seconds, ...measured };
  } finally {
    await browser.close();
    await server.close();
  }
}

type Measured = Pick<ReplayResult, 'openedMs' | 'openedBytes' | 'seeks' | 'scrubs' | 'memory' | 'bytes'>;

async function measure(browser: Browser, address: string, four: boolean): Promise<Measured> {
  const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT } });
  const page = await context.newPage();
  await page.addInitScript({ path: join(import.meta.dirname, 'children/replay-page.js') });
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(address);
  await page.locator('nav').first().waitFor();
  const before = await bytesOf(page);
  const from = performance.now();
  await show(page, 0, null);
  const openedMs = performance.now() - from;
  await page.waitForTimeout(LOOK_MS);
  const openedBytes = (await bytesOf(page)) - before;

  const seeks = [await seekAll(page, 'the map', 'Channels of', 1)];
  for (const [index, layer] of LARGEST.slice(0, 2).entries()) {
    await show(page, 0, layer.name);
    seeks.push(await seekAll(page, `weights of ${layer.name}`, 'Weights of', index + 2));
  }
  await show(page, 0, null);
  const scrubs = [await scrubAll(page, session, 'the map')];
  await show(page, 0, LARGEST[0]!.name);
  scrubs.push(await scrubAll(page, session, `the map and weights of ${LARGEST[0]!.name}`));

  if (four) {
    const beside = [CONTROL, ...OTHERS];
    await show(page, 0, null, beside);
    seeks.push(await seekAll(page, 'the map of four runs', 'Channels of', 4));
    scrubs.push(await scrubAll(page, session, 'the map of four runs'));
  }
  const memory = [await memoryOf(browser, session, 'after seeks and scrubs of two layers')];
  for (const layer of LARGEST) {
    await show(page, 0, layer.name);
    for (let epoch = 1; epoch < EPOCHS; epoch++) await seek(page, epoch, 'Weights of');
  }
  memory.push(await memoryOf(browser, session, `after every epoch of the ${OPENED} largest layers`));
  return { openedMs, openedBytes, seeks, scrubs, memory, bytes: await bytesOf(page) };
}

/** Leads to an epoch of the map, or of a layer's weights, and waits until all runs are drawn. */
async function show(
  page: Page,
  epoch: number,
  layer: string | null,
  beside: readonly string[] | null = null,
): Promise<void> {
  const parameters = new URLSearchParams({
    run: REPLAYED,
    epoch: String(epoch),
    threshold: THRESHOLD,
    ...(layer === null ? {} : { layer }),
    ...(beside === null ? {} : { beside: beside.join(',') }),
  });
  const what = layer === null ? 'Channels of' : 'Weights of';
  await page.evaluate(`location.hash = ${JSON.stringify(`#/replay?${parameters.toString()}`)}`);
  await page.locator('[role="slider"][aria-label="Epoch"]').waitFor();
  await page.locator(`.replay-pane canvas[aria-label^="${what}"]`).last().waitFor();
  await page.evaluate(`replayBench.shown(${epoch}, ${JSON.stringify(what)})`);
}

function seek(page: Page, epoch: number, what: string): Promise<number | null> {
  return page.evaluate<number | null>(`replayBench.seek(${epoch}, ${EPOCHS - 1}, ${JSON.stringify(what)})`);
}

function bytesOf(page: Page): Promise<number> {
  return page.evaluate<number>('replayBench.bytes');
}

/** Epochs at random, each at least a third of the run away from the one before. */
async function seekAll(page: Page, what: string, canvas: string, seed: number): Promise<Seeks> {
  const random = integers(seed);
  const times: number[] = [];
  const bytes: number[] = [];
  let [epoch, failed] = [0, 0];
  for (let attempt = 0; attempt < SEEKS; attempt++) {
    epoch = (epoch + Math.ceil(EPOCHS / 3) + (random() % Math.floor(EPOCHS / 3))) % EPOCHS;
    const before = await bytesOf(page);
    const ms = await seek(page, epoch, canvas);
    if (ms === null) failed += 1;
    else times.push(ms);
    await page.waitForTimeout(LOOK_MS);
    bytes.push((await bytesOf(page)) - before);
  }
  return {
    what,
    medianMs: median(times),
    maxMs: Math.max(...times),
    tries: SEEKS,
    failed,
    bytes: median(bytes),
  };
}

/** Through all epochs once, so that they are there, and then twice more. */
async function scrubAll(page: Page, session: CDPSession, what: string): Promise<Scrub> {
  const rounds = (count: number): string[] =>
    Array.from({ length: count * (EPOCHS - 1) * 2 }, (_, at) =>
      (at / (EPOCHS - 1)) & 1 ? 'ArrowLeft' : 'ArrowRight',
    );
  const scrub = (keys: string[]): Promise<unknown> =>
    page.evaluate(`replayBench.scrub(${JSON.stringify(keys)})`);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    await scrub(['ArrowRight']);
    await page.waitForTimeout(LOOK_MS);
  }
  await scrub(['Home']);
  await page.waitForTimeout(LOOK_MS);
  const keys = rounds(2);
  await page.evaluate('replayBench.longTasks.length = 0');
  const before = await metricsOf(session);
  await scrub(keys);
  const after = await metricsOf(session);
  const longTasks = await page.evaluate<number[]>('replayBench.longTasks');
  const each = (name: string): number => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / keys.length;
  return {
    what,
    steps: keys.length,
    mainThreadMs: each('TaskDuration') * 1000,
    scriptMs: each('ScriptDuration') * 1000,
    layoutMs: each('LayoutDuration') * 1000,
    stylesMs: each('RecalcStyleDuration') * 1000,
    layouts: each('LayoutCount'),
    longTasks: longTasks.length,
    longestTaskMs: Math.max(0, ...longTasks),
  };
}

async function metricsOf(session: CDPSession): Promise<Map<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}

async function memoryOf(browser: Browser, session: CDPSession, when: string): Promise<Memory> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  const { residentBytes, peakBytes } = await residentOf(browser);
  return { when, heapBytes: usedSize, buffersBytes: backingStorageSize, residentBytes, peakBytes };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      application: { type: 'string' },
      workspace: { type: 'string' },
      four: { type: 'boolean', default: false },
    },
  });
  const made = values.workspace === undefined ? mkdtempSync(join(tmpdir(), 'cascade-replay-')) : null;
  try {
    const application = values.application ?? join(import.meta.dirname, '..');
    const result = await benchmarkReplay({
      application,
      workspace: values.workspace ?? made!,
      four: values.four,
    });
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    if (made !== null) rmSync(made, { recursive: true, force: true });
  }
}
