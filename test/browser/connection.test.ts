import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { showRun } from './harness/command-line.ts';
import { act, eventually, idOf, row, startFile, TRAINING_MS, untilState } from './harness/desk.ts';
import { denseStudy } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';

const EPOCHS = 12;
const TITLE = 'cut · dense · seed 0';

describeInChromium('a workstation that is killed under its page', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let context: BrowserContext;
  let application: Application;
  let page: Page;
  let done = 0;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/killed` });
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(application.address);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  const banner = (): Promise<string | null> => page.getByRole('main').getByRole('alert').textContent();
  const epochs = async (): Promise<number> =>
    Number(/(\d+)\/12/.exec((await row(page, TITLE).textContent()) ?? '')?.[1]);

  test('the page says so, and keeps what it knew', async () => {
    await startFile(page, denseStudy('cut', EPOCHS));
    await untilState(page, TITLE, 'running');
    await eventually(epochs, TRAINING_MS).toBeGreaterThanOrEqual(3);
    await application.kill();
    await eventually(banner).toContain('Connection lost');
    done = (await epochs()) - 1;
    await untilState(page, TITLE, 'running');
  }, 120_000);

  test('after a new start the page says how to go on, and goes on by itself once that is done', async () => {
    application = await startApplication({ workspace: application.workspace, port: application.port });
    await eventually(banner, 30_000).toContain('Open the address that it printed');

    // A reload gets no further than that sentence either.
    const reloaded = await context.newPage();
    const answer = await reloaded.goto(application.origin);
    expect(answer?.status()).toBe(401);
    expect(await reloaded.textContent('body')).toContain('Open the address that Cascade Lab printed');

    await reloaded.goto(application.address);
    await untilState(reloaded, TITLE, 'interrupted');
    await untilState(page, TITLE, 'interrupted', 30_000);
    expect(await page.getByRole('main').getByRole('alert').count()).toBe(0);
    await reloaded.close();
  }, 90_000);

  test('the interrupted run has lost no epoch that was shown, and is resumed to its end', async () => {
    expect(await epochs()).toBeGreaterThanOrEqual(done);
    const id = await idOf(page, TITLE);
    await act(page, 'Resume', TITLE);
    await untilState(page, TITLE, 'finished');
    const shown = await showRun(application.workspace, id);
    expect(shown.epochs.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: EPOCHS + 1 }, (_, index) => index),
    );
  }, 120_000);
});
