import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { launch } from '../browser.ts';
import { median } from '../result.ts';
import { writeManyCurves } from '../scale-workspaces.ts';
import { cascadeLab } from './cascade-lab.ts';
import { mlflow } from './mlflow.ts';
import { tensorboard } from './tensorboard.ts';
import { LIMIT_MS, timed, type Tool } from './tool.ts';
import { trackio } from './trackio.ts';

/**
 * The same scalars in this workstation and in trackers of experiments, each opened in Chromium as a person does; they take turns in
 * each round. Writes one JSON document; what was measured of each round is on standard error too, so that a benchmark that is
 * stopped has not been in vain.
 *
 *     CASCADE_TRACKERS_PYTHON=… node bench/trackers/trackers.ts [--runs 100,1000,10000] [--rounds 3]
 */

/** Milliseconds, medians of the rounds; null where a tool does not offer it, or was not done within the limit. */
interface Measured {
  tool: string;
  remarks: string;
  runs: number;
  rounds: number;
  loadBefore: number;
  /** From the start of the server to its first chart, nothing being in any cache. */
  fromStart: number | null;
  /** From the address to the first chart; the server has shown it once, and the browser has the page's files. */
  firstChart: number | null;
  /** From the last letter of a filter to the chart of the runs of one seed. */
  filtered: number | null;
  /** From choosing groups by study to the chart of their means. */
  grouped: number | null;
}

type Round = Pick<Measured, 'fromStart' | 'firstChart' | 'filtered' | 'grouped'>;

const TOOLS: readonly Tool[] = [cascadeLab, tensorboard, mlflow, trackio];
const EPOCHS = 200;
/** Before an act, so that what came before it is done. */
const REST_MS = 1_500;

async function benchmark(folder: string, runs: number, rounds: number): Promise<Measured[]> {
  const folders = await write(folder, runs);
  const [loadBefore = 0] = loadavg();
  const measured = new Map<Tool, Round[]>(TOOLS.map((tool) => [tool, []]));
  for (let round = 0; round < rounds; round++)
    for (const tool of TOOLS) {
      process.stderr.write(`${runs} runs, round ${round + 1} of ${rounds}: ${tool.name}\n`);
      const times = await once(tool, folders.get(tool)!);
      process.stderr.write(`${JSON.stringify(times)}\n`);
      measured.get(tool)!.push(times);
    }
  return TOOLS.map((tool) => {
    const of = (name: keyof Round): number | null => {
      const times = measured.get(tool)!.map((each) => each[name]);
      return times.some((time) => time === null) ? null : median(times as number[]);
    };
    const [fromStart, firstChart] = [of('fromStart'), of('firstChart')];
    const [filtered, grouped] = [of('filtered'), of('grouped')];
    const { name, remarks } = tool;
    return { tool: name, remarks, runs, rounds, loadBefore, fromStart, firstChart, filtered, grouped };
  });
}

/** The workspace, and the same scalars as each tool keeps them. */
async function write(folder: string, runs: number): Promise<Map<Tool, string>> {
  const folders = new Map(TOOLS.map((tool) => [tool, join(folder, `${runs}-${tool.name}`)]));
  for (const each of folders.values()) mkdirSync(each);
  await writeManyCurves(folders.get(cascadeLab)!, runs, EPOCHS);
  const python = process.env['CASCADE_TRACKERS_PYTHON'] ?? 'python3';
  const program = join(import.meta.dirname, '..', 'children', 'trackers.py');
  for (const tool of TOOLS)
    if (tool !== cascadeLab)
      await promisify(execFile)(python, [
        program,
        tool.name.toLowerCase(),
        folders.get(cascadeLab)!,
        folders.get(tool)!,
      ]);
  return folders;
}

async function once(tool: Tool, folder: string): Promise<Round> {
  const browser = await launch();
  try {
    return await look(browser, tool, folder);
  } finally {
    await browser.close();
  }
}

async function look(browser: Browser, tool: Tool, folder: string): Promise<Round> {
  const page = await browser.newPage({ viewport: { width: 1_600, height: 1_000 } });
  page.setDefaultTimeout(LIMIT_MS);
  let served: Awaited<ReturnType<Tool['start']>> | null = null;
  try {
    const fromStart = await timed(async () => {
      served = await tool.start(folder);
      await tool.chart(page, served);
    });
    await page.waitForTimeout(REST_MS);
    const firstChart = fromStart === null ? null : await timed(() => tool.chart(page, served!));
    if (firstChart === null) return { fromStart, firstChart, filtered: null, grouped: null };
    await page.waitForTimeout(REST_MS);
    await tool.beforeFilter(page);
    await page.waitForTimeout(REST_MS);
    const filtered = tool.filter && (await timed(() => tool.filter!(page)));
    await page.waitForTimeout(REST_MS);
    const grouped = tool.group && (await timed(() => tool.group!(page)));
    return { fromStart, firstChart, filtered, grouped };
  } finally {
    await (served as Awaited<ReturnType<Tool['start']>> | null)?.close();
  }
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100,1000,10000' },
    rounds: { type: 'string', default: '3' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'cascade-trackers-'));
try {
  const results: Measured[] = [];
  for (const runs of values.runs.split(',').map(Number))
    results.push(...(await benchmark(folder, runs, Number(values.rounds))));
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
