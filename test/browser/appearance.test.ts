import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { contrastOf, namelessControls, tabThrough } from './harness/audit.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { dropStudy, eventually, goTo, idOf, startFile, untilState } from './harness/desk.ts';
import { mapOf } from './harness/replay.ts';
import { shortStarter, studyFile } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

const ARM = 'small · random depthwise · seed 0';

/** Every view, in the state in which it has most to show. */
const VIEWS: { name: string; open: (page: Page, run: string) => Promise<void> }[] = [
  { name: 'runs', open: (page) => address(page, '#/runs', 'grid', 'Runs') },
  { name: 'run: layers', open: (page, run) => address(page, `#/run?run=${run}`, 'tab', 'Layers') },
  ...['Specification', 'Events', 'Checkpoints', 'Environment'].map((tab) => ({
    name: `run: ${tab.toLowerCase()}`,
    open: async (page: Page, run: string) => {
      await address(page, `#/run?run=${run}`, 'tab', tab);
      await page.getByRole('tab', { name: tab }).focus();
    },
  })),
  { name: 'replay: choice', open: (page) => address(page, '#/replay', 'heading', 'Replay') },
  {
    name: 'replay: maps',
    open: (page, run) => address(page, `#/replay?run=${run}&epoch=2&threshold=1e-2`, 'slider', 'Epoch'),
  },
  {
    name: 'replay: a layer',
    open: (page, run) => address(page, `#/replay?run=${run}&epoch=2&layer=pw2`, 'button', 'Zoom in'),
  },
  { name: 'studies', open: (page) => address(page, '#/studies?study=starter', 'button', 'Start study') },
  {
    name: 'studies: mistakes',
    open: async (page) => {
      await dropStudy(page, studyFile('bad.yaml', 'study: bad\nseeds: [0]\nshred: {}\n'));
      await page.getByRole('alert', { name: 'Problems' }).waitFor();
    },
  },
  { name: 'workspace', open: (page) => address(page, '#/workspace', 'heading', 'Workspace') },
  { name: 'nowhere', open: (page) => address(page, '#/run?run=000000000000-s0', 'link', 'To the runs') },
];

async function address(
  page: Page,
  hash: string,
  role: 'grid' | 'tab' | 'heading' | 'slider' | 'button' | 'link',
  name: string,
): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.getByRole(role, { name, exact: true }).first().waitFor();
}

describeInChromium('all views', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let application: Application;
  let page: Page;
  let watch: Watch;
  let run: string;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/views` });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    watch = watchPage(page, application.origin);
    await page.goto(application.address);
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  test('an empty workspace can be read and used with keys', async () => {
    for (const view of ['Runs', 'Replay', 'Studies'] as const) {
      await goTo(page, view);
      await page.getByRole('region', { name: view }).waitFor();
      expect(await contrastOf(page), view).toMatchObject({ faint: [] });
      expect(await namelessControls(page), view).toMatchObject({ nameless: [] });
    }
    await startFile(page, shortStarter('small', 2));
    for (const arm of ['control', 'random depthwise', 'global magnitude'])
      await untilState(page, `small · ${arm} · seed 0`, 'finished');
    run = await idOf(page, ARM);
  }, 180_000);

  for (const scheme of ['light', 'dark'] as const)
    test(`${scheme}: all text has contrast, all controls have names`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      for (const { name, open } of VIEWS) {
        await open(page, run);
        if (name.startsWith('replay: m'))
          await eventually(async () => (await mapOf(page, 'Control'))?.shares.active ?? 0).toBeGreaterThan(0);
        await page.waitForTimeout(150);
        const contrast = await contrastOf(page);
        expect(contrast.looked, name).toBeGreaterThan(5);
        expect(contrast.faint, name).toEqual([]);
        const { controls, nameless } = await namelessControls(page);
        expect(controls, name).toBeGreaterThan(5);
        expect(nameless, name).toEqual([]);
      }
    }, 60_000);

  test('the Tab key comes to every control of every view, and shows where it is', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    for (const { name, open } of VIEWS) {
      await open(page, run);
      const { reached, missed, unseen } = await tabThrough(page);
      expect(reached, name).toBeGreaterThan(5);
      expect(missed, name).toEqual([]);
      expect(unseen, name).toEqual([]);
    }
  }, 120_000);

  test('arrows move through what has one place in the order of Tab', async () => {
    await address(page, '#/runs', 'grid', 'Runs');
    const focused = (): Promise<string | null> => page.locator(':focus').getAttribute('aria-label');
    await page.getByRole('row', { name: /^Run / }).first().focus();
    const first = await focused();
    await page.keyboard.press('ArrowDown');
    await eventually(focused).not.toBe(first);
    await page.keyboard.press('Home');
    await eventually(focused).toBe(first);
    await page.keyboard.press('Tab');
    await eventually(focused).toMatch(/^Open run/);
    await page.keyboard.press('Tab');
    await eventually(focused).toMatch(/^Delete run/);
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Escape');
    await eventually(focused).toMatch(/^Delete run/);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Layers' }).focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.getByRole('tab', { name: 'Numbers' }).getAttribute('aria-selected')).toBe(
      'true',
    );
  });

  test('the palette of commands opens, finds and goes with keys', async () => {
    await page.keyboard.press('Control+k');
    const box = page.getByRole('combobox', { name: 'Command' });
    await box.waitFor();
    expect(await contrastOf(page)).toMatchObject({ faint: [] });
    expect(await namelessControls(page)).toMatchObject({ nameless: [] });
    await page.keyboard.type('replay random dep');
    await page
      .getByRole('option', { name: new RegExp(ARM) })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('slider', { name: 'Epoch' }).waitFor();
    expect(page.url()).toContain(`run=${run}`);
    await page.keyboard.press('Control+k');
    await box.waitFor();
    await page.keyboard.type('theme: dark');
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.reload();
    await page.getByRole('slider', { name: 'Epoch' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  test('no view broke the policy of the page, met an error, or asked anything of others', () => {
    expect(watch.requests.length).toBeGreaterThan(3);
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
