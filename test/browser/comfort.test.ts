import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { act, eventually, goTo, idOf, startFile, untilState } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { layoutOf } from './harness/layout.ts';
import { denseStudy, shortStarter } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

const PRUNED = 'starter · random depthwise · seed 0';

describeInChromium('comfort', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let context: BrowserContext;
  let application: Application;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/comfort` });
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    watch = watchPage(page, application.origin);
    await page.goto(application.address);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  test('a new workspace says in two sentences what is trained and which number answers, until one puts that away', async () => {
    await startFile(page, shortStarter('starter', 2));
    const note = page.getByRole('note', { name: 'What is trained here' });
    await eventually(() => note.textContent()).toContain(
      'Training now: a small network (depthwise-separable) on MNIST, of which ',
    );
    expect(await axeOn(page)).toMatchObject({ broken: [] });
    await untilState(page, PRUNED, 'finished');
    // Its own numbers: the share that was pruned, as the inspector has it.
    await eventually(() => note.textContent()).toMatch(
      /^Trained here: .* of which 8\.\d% of its weights are pruned after its first epoch, beside the same network unpruned\. Watch excess: how many more of the kept weights went to zero because of the pruning\.$/,
    );
    await note.getByRole('button', { name: 'Put this note away' }).click();
    await note.waitFor({ state: 'detached' });
    await page.reload();
    await untilState(page, PRUNED, 'finished');
    expect(await note.count()).toBe(0);
  }, 120_000);

  test('keys: ? shows them, / goes to the filter, and neither is taken from who types', async () => {
    await page.locator('body').press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys' });
    await sheet.getByText('to the filter of the view').waitFor();
    expect(await axeOn(page)).toMatchObject({ broken: [] });
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    const box = page.getByRole('combobox', { name: 'Filter runs' });
    await eventually(() => page.locator('input[role=combobox]:focus').count()).toBe(1);
    await page.keyboard.type('a/b?');
    expect(await box.inputValue()).toBe('a/b?');
    expect(await sheet.count()).toBe(0);
    await box.fill('');
    const id = await idOf(page, PRUNED);
    await page.evaluate(`location.hash = '#/replay?run=${id}'`);
    await page.getByRole('slider', { name: 'Epoch' }).waitFor();
    await page.locator('body').press('?');
    await sheet.getByText('one epoch back, one on').waitFor();
    await page.keyboard.press('Escape');
  });

  test('the palette does things with the run that is shown', async () => {
    await goTo(page, 'Runs');
    await page.evaluate(`location.hash = '#/run?run=${await idOf(page, PRUNED)}'`);
    await page.getByRole('heading', { level: 1, name: new RegExp(PRUNED) }).waitFor();
    await page.keyboard.press('Control+k');
    const options = page.getByRole('listbox', { name: 'Commands' }).getByRole('option');
    // They stand first, before anything is typed.
    expect(await options.first().textContent()).toContain(`Open run${PRUNED}`);
    await page.keyboard.type('its dense control');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /starter · control · seed 0/ }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('duplicate');
    await page.keyboard.press('Enter');
    await page.getByText('starter-copy.yaml', { exact: true }).waitFor();
  });

  test('the title of the tab names the view, the run and how far it is', async () => {
    await goTo(page, 'Workspace');
    await eventually(() => page.title()).toBe('Workspace · Cascade Lab');
    await startFile(page, denseStudy('titled', 6));
    const title = 'titled · dense · seed 0';
    await eventually(() => page.title()).toBe('1 running · Runs · Cascade Lab');
    const id = await idOf(page, title);
    await page.evaluate(`location.hash = '#/run?run=${id}'`);
    await eventually(() => page.title()).toMatch(/^[0-6]\/6 · titled · dense · seed 0 · Cascade Lab$/);
    await goTo(page, 'Runs');
    await act(page, 'Stop', title);
    await untilState(page, title, 'stopped');
  }, 60_000);

  test('text size and density are kept, and every view is whole at the extremes', async () => {
    await goTo(page, 'Workspace');
    const press = (group: string, name: string) =>
      page.getByRole('group', { name: group }).getByRole('button', { name, exact: true }).click();
    const size = (): Promise<string> => page.evaluate('getComputedStyle(document.body).fontSize');
    const height = async () => (await page.getByRole('button', { name: 'roomy' }).boundingBox())!.height;
    expect([await size(), await height()]).toEqual(['12.5px', 28]);
    await press('Text size', 'larger');
    await press('Density', 'roomy');
    expect([await size(), await height()]).toEqual(['16px', 40]);
    await page.reload();
    await page.getByRole('button', { name: 'roomy' }).waitFor();
    expect(await size()).toBe('16px');
    for (const [width, tall] of [
      [1280, 800],
      [640, 400],
      [3840, 2160],
    ] as const) {
      await page.setViewportSize({ width, height: tall });
      for (const view of ['Studies', 'Runs', 'Replay', 'Workspace'] as const) {
        await goTo(page, view);
        await runInPage(page, 'settled');
        const { unreachable, small, over, sideways } = await layoutOf(page);
        const found = { view, width, unreachable, small, over, sideways };
        expect(found).toEqual({ view, width, unreachable: [], small: [], over: [], sideways: false });
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await goTo(page, 'Workspace');
    await press('Text size', 'small');
    await press('Density', 'compact');
    expect([await size(), await height()]).toEqual(['11.5px', 24]);
    expect(await axeOn(page)).toMatchObject({ broken: [] });
  }, 60_000);

  test('none of it met an error, or asked anything of others', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
