import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { act, eventually, row, startFile, untilState } from './harness/desk.ts';
import { denseStudy, studyFile } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

const EPOCHS = 40;
const title = (seed: number): string => `power · dense · seed ${seed}`;

/** One arm, three seeds: one trains, two wait. */
function study() {
  const { name, buffer } = denseStudy('power', EPOCHS);
  return studyFile(name, buffer.toString().replace('seeds: [0]', 'seeds: [0, 1, 2]'));
}

describeInChromium('the queue', () => {
  const folder = temporaryFolder();
  const workspace = `${folder.path}/queue`;
  let browser: Browser;
  let application: Application;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace });
    page = await browser.newPage();
    await page.goto(application.address);
    await startFile(page, study());
    await untilState(page, title(0), 'running');
    await application.kill();
    await page.close();
    application = await startApplication({ workspace });
    page = await browser.newPage();
    watch = watchPage(page, application.origin);
    await page.goto(application.address);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  const resumeAll = () => page.getByRole('button', { name: /^Resume all interrupted/ });
  const trainNext = (seed: number) =>
    row(page, title(seed)).getByRole('button', { name: `Train next run ${title(seed)}`, exact: true });

  test('what a machine that went off has interrupted goes on with one press', async () => {
    for (const seed of [0, 1, 2]) await untilState(page, title(seed), 'interrupted');
    expect((await resumeAll().textContent())?.trim()).toBe('Resume all interrupted (3)');
    await resumeAll().dblclick();
    await page.getByText('3 runs were resumed.').waitFor();
    await resumeAll().waitFor({ state: 'detached' });
    expect(await page.getByText(/runs? (was|were) resumed\./).count()).toBe(1);
    await untilState(page, title(0), 'running');
    for (const seed of [1, 2]) await untilState(page, title(seed), 'queued');
  }, 60_000);

  test('a run that waits is trained next where one says so', async () => {
    expect(await trainNext(0).count()).toBe(0);
    expect(await trainNext(1).count()).toBe(1);
    expect(await row(page, title(2)).textContent()).not.toContain('priority');
    await trainNext(2).click();
    await eventually(() => row(page, title(2)).textContent()).toContain('priority 1');
    await trainNext(2).waitFor({ state: 'detached' });
    expect(await trainNext(1).count()).toBe(1);

    await act(page, 'Stop', title(0));
    await untilState(page, title(2), 'running');
    await untilState(page, title(1), 'queued');
    for (const seed of [1, 2]) await act(page, 'Stop', title(seed));
    await untilState(page, title(2), 'stopped');
  }, 120_000);

  test('none of it met an error, or asked anything of others', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
