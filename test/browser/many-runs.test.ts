import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { contention } from '../contention.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { mainThreadMilliseconds } from './harness/main-thread.ts';
import { median, quantile } from './harness/statistics.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

const RUNS = 2_000;
/** Rows in the page at once; the others are not there until they are looked at. */
const MOST_ROWS = 80;

describeInChromium('two thousand runs', () => {
  const folder = temporaryFolder();
  const workspace = `${folder.path}/many`;
  let browser: Browser;
  let application: Application;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    ensureBuilt();
    await writeRuns(workspace);
    browser = await launchChromium();
    application = await startApplication({ workspace });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    watch = watchPage(page, application.origin);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  const grid = () => page.getByRole('grid', { name: 'Runs' });
  const rows = () => grid().getByRole('row', { name: /^Run / });

  test('are there soon, and only those in sight are drawn', async () => {
    const opened = performance.now();
    await page.goto(application.address);
    await rows().first().waitFor();
    await eventually(() => grid().getAttribute('aria-rowcount')).toBe(String(RUNS + 1));
    console.info(`A table of ${RUNS} runs is there after ${Math.round(performance.now() - opened)} ms.`);
    expect((performance.now() - opened) / contention()).toBeLessThan(10_000);
    expect(await rows().count()).toBeLessThan(MOST_ROWS);
  });

  test('scroll without a jerk', async () => {
    await rows().first().hover();
    const first = await rows().first().getAttribute('aria-label');
    let intervals: number[] = [];
    const work = await mainThreadMilliseconds(page, async () => {
      const frames = runInPage<number[]>(page, 'frames', { milliseconds: 2_000 });
      for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, turn % 8 === 0 ? 6_000 : 400);
      intervals = await frames;
    });
    const each = work / intervals.length;
    console.info(
      `${intervals.length} frames while scrolling: ${each.toFixed(1)} ms of work each, median ${median(intervals).toFixed(1)} ms, of 20 the slowest ${quantile(intervals, 0.95).toFixed(1)} ms.`,
    );
    expect(each).toBeLessThan(40);
    await eventually(() => rows().first().getAttribute('aria-label')).not.toBe(first);
    expect(await rows().count()).toBeLessThan(MOST_ROWS);

    await rows().nth(5).click();
    await page.keyboard.press('End');
    await eventually(() => page.locator(':focus').getAttribute('aria-rowindex')).toBe(String(RUNS + 1));
    await page.keyboard.press('Home');
    await eventually(() => page.locator(':focus').getAttribute('aria-rowindex')).toBe('2');
  });

  test('are filtered while one types', async () => {
    const box = page.getByRole('combobox', { name: 'Filter runs' });
    const times: number[] = [];
    for (const [query, count] of [
      ['sweep-7x', RUNS / 20],
      ['sweep-7x seed 2', RUNS / 20],
      ['needle', 1],
      ['no such run', 0],
      ['', RUNS],
    ] as const) {
      const asked = performance.now();
      await box.fill(query);
      if (count === 0) await page.getByRole('heading', { name: 'No run matches' }).waitFor();
      else await eventually(() => grid().getAttribute('aria-rowcount')).toBe(String(count + 1));
      times.push((performance.now() - asked) / contention());
    }
    console.info(`Filtering: ${times.map((time) => Math.round(time)).join(', ')} ms.`);
    expect(Math.max(...times)).toBeLessThan(2_000);
    await box.fill('needle');
    await page.getByRole('row', { name: 'Run haystack · needle · seed 1', exact: true }).waitFor();
    await box.fill('');
  });

  test('are sorted by a press on a heading', async () => {
    const heading = grid().getByRole('columnheader', { name: /^Accuracy/ });
    await heading.getByRole('button').click();
    await eventually(() => heading.getAttribute('aria-sort')).not.toBe('none');
    await heading.getByRole('button').click();
    await eventually(() => heading.getAttribute('aria-sort')).toBe('ascending');
  });

  test('met no error', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});

async function writeRuns(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  const write = async (index: number): Promise<void> => {
    const id = `${index.toString(16).padStart(12, '0')}-s${index % 5}`;
    const needle = index === 1_234;
    await workspace.addRun(
      newRun(id, {
        seed: needle ? 1 : index % 5,
        study: needle ? 'haystack' : `sweep-${index % 20}x`,
        arm: needle ? 'needle' : `sparsity ${index % 97}%`,
      }),
    );
    if (index % 20 === 0) {
      await workspace.setEnvironment(id, ENVIRONMENT);
      await workspace.recordEpoch(id, recordOf(0, index), null, []);
    }
    await workspace.setState(id, index % 11 === 0 ? 'stopped' : 'finished', null);
  };
  await Promise.all(Array.from({ length: RUNS }, (_, index) => write(index)));
  await workspace.close();
}
