import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { contrastOf, namelessControls } from './harness/audit.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

async function writeRuns(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  for (const [place, arm] of ['random', 'magnitude'].entries())
    for (const seed of [0, 1, 2]) {
      const hash = `00000000000${place + 1}`;
      const id = `${hash}-s${seed}`;
      await workspace.addRun(newRun(id, { hash, seed, arm }));
      await workspace.setEnvironment(id, ENVIRONMENT);
      for (let epoch = 0; epoch <= 4; epoch++)
        await workspace.recordEpoch(id, recordOf(epoch, 10 * place + seed), null, []);
      await workspace.setState(id, 'finished', null);
    }
  await workspace.close();
}

describeInChromium('figures', () => {
  const folder = temporaryFolder();
  const workspace = `${folder.path}/figures`;
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
    await page.goto(application.address);
    await page.evaluate("location.hash = '#/figures'");
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  const paper = () => page.locator('.paper svg');
  const runs = () => page.getByRole('textbox', { name: 'Runs' });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const drawnTexts = (): Promise<string[]> => paper().locator('text').allTextContents();

  test('one is made, drawn at true size in its own fonts, and kept', async () => {
    await page.getByRole('heading', { name: 'No figures yet' }).waitFor();
    await button('New figure').click();
    await paper().waitFor();
    expect(await drawnTexts()).toEqual(expect.arrayContaining(['random', 'magnitude', 'Epoch']));
    // 5.5 inches of 96 pixels.
    expect((await paper().boundingBox())?.width).toBeCloseTo(528, 0);
    await eventually(() =>
      page.evaluate<boolean>(
        "document.fonts.check('9px Tinos') && [...document.fonts].some((font) => font.family === 'Tinos' && font.status === 'loaded')",
      ),
    ).toBe(true);
    await button('Save').click();
    await page.getByRole('list', { name: 'Figures' }).getByText('figure-1').waitFor();
  });

  test('a choice is seen at once; what is downloaded is what is shown', async () => {
    await page.getByText('How it looks', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Venue', exact: true }).selectOption('icml');
    await eventually(async () => Math.round((await paper().boundingBox())?.width ?? 0)).toBe(312);
    await button('Measures').click();
    await page.getByRole('checkbox', { name: 'Shed, of kept weights', exact: true }).check();
    await page.keyboard.press('Escape');
    await eventually(async () => (await drawnTexts()).some((text) => text.startsWith('(b) Shed'))).toBe(true);
    await button('Save').click();
    await eventually(() => button('Remove').count()).toBe(1);
    const [download] = await Promise.all([page.waitForEvent('download'), button('SVG').click()]);
    expect(download.suggestedFilename()).toBe('figure-1.svg');
    const file = readFileSync(await download.path(), 'utf8');
    const shapes = (svg: string): string[] =>
      [...svg.matchAll(/ d="([^"]*)"/g)].map((found) => found[1] ?? '');
    const shown = await page.evaluate<string>("document.querySelector('.paper svg').outerHTML");
    expect(shapes(shown).length).toBeGreaterThan(30);
    expect(shapes(shown)).toEqual(shapes(file));
    await page.getByText('files up to date').waitFor();
  });

  test('a mistaken query says what is wrong, and the last page stays', async () => {
    await runs().fill('armm = random');
    await runs().press('Enter');
    await page.getByRole('alert').filter({ hasText: 'no key “armm”' }).first().waitFor();
    expect(await paper().count()).toBe(1);
    await runs().fill('arm = random');
    await runs().press('Enter');
    await eventually(() => page.getByRole('alert').count()).toBe(0);
    await eventually(drawnTexts).not.toContain('magnitude');
  });

  test('a group is named otherwise in a field of its own', async () => {
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    await page.getByText('Names', { exact: true }).click();
    await eventually(() => field('Name of magnitude').count()).toBe(0);
    await field('Name of random').fill('chance');
    await field('Name of random').press('Enter');
    await eventually(drawnTexts).toContain('chance');
  });

  test('what is entered in quick succession is taken, and its fault told at the field', async () => {
    await page.getByText('Curves', { exact: true }).last().click();
    const [from, to] = [page.getByLabel('Y limits, from'), page.getByLabel('Y limits, to')];
    await from.fill('0.9');
    await from.press('Enter');
    await to.fill('0.1');
    await to.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'must be below' }).first().waitFor();
    await to.fill('0.95');
    await to.press('Enter');
    await eventually(() => page.getByRole('alert').count()).toBe(0);
    await from.fill('');
    await to.fill('');
    await to.press('Enter');
  });

  for (const scheme of ['light', 'dark'] as const)
    test(`${scheme}: the page is white, all controls have names, and no rule of axe is broken`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      const white = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('.paper')).backgroundColor",
      );
      expect(white).toBe('rgb(255, 255, 255)');
      expect((await contrastOf(page)).faint).toEqual([]);
      expect((await namelessControls(page)).nameless).toEqual([]);
      expect((await axeOn(page)).broken).toEqual([]);
    });

  test('nothing is asked for from elsewhere, and nothing went wrong', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
