import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contention } from '../contention.ts';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { act, eventually, row, untilState } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage } from './harness/watch.ts';

const ARMS = ['control', 'random depthwise', 'global magnitude'];
const title = (arm: string): string => `starter · ${arm} · seed 0`;

describeInChromium('the first launch', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let application: Application;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/first`, starter: true });
  });
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  test('an empty workspace trains the starter study; progress and curves are seen within 10 s; it can be stopped', async () => {
    const page = await browser.newPage();
    const watch = watchPage(page, application.origin);
    const opened = performance.now();
    await page.goto(application.address);
    for (const arm of ARMS) await row(page, title(arm)).waitFor();

    const control = title('control');
    const queue = page.getByRole('contentinfo', { name: 'Queue' });
    const progress = queue.getByRole('progressbar', { name: `Progress of ${control}` });
    const done = async (): Promise<number> => Number(await progress.getAttribute('aria-valuenow'));
    // Beside other work even the first batch takes a while; what a person waits for is held against that below.
    await eventually(done, 60_000).toBeGreaterThan(0);
    const accuracy = page
      .getByRole('region', { name: 'Curves of the selected run' })
      .getByRole('figure')
      .filter({ hasText: 'Accuracy' });
    const reading = accuracy.getByRole('listitem').filter({ hasText: 'test' });
    await eventually(() => reading.textContent()).toMatch(/test\s*\d+\.\d%/);
    // The control belongs to several arms, so its curve has none of their colours.
    const drawn = (): Promise<number> =>
      runInPage(page, 'coloured-pixels', { label: 'Accuracy over epochs', token: '--text-secondary' });
    await eventually(drawn).toBeGreaterThan(10);
    expect((performance.now() - opened) / contention()).toBeLessThan(10_000);

    const [progressBefore, drawnBefore] = [await done(), await drawn()];
    await eventually(() => row(page, control).textContent(), 60_000).toMatch(/[23]\/14/);
    expect(await done()).toBeGreaterThan(progressBefore);
    await eventually(drawn).toBeGreaterThan(drawnBefore);

    await act(page, 'Stop', title('random depthwise'));
    await act(page, 'Stop', title('global magnitude'));
    await act(page, 'Stop', control);
    for (const arm of ARMS) await untilState(page, title(arm), 'stopped');
    await eventually(() => queue.textContent()).toContain('start a study');
    expect(watch).toMatchObject({ errors: [], strangers: [] });
    await page.close();
  }, 120_000);

  test('a workspace with runs in it is left as it is', async () => {
    await application.close();
    application = await startApplication({ workspace: application.workspace, starter: true });
    const page = await browser.newPage();
    await page.goto(application.address);
    for (const arm of ARMS) await untilState(page, title(arm), 'stopped', 10_000);
    await page.close();
  });
});
