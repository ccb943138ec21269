import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { contrastOf, longWays, namelessControls, tabThrough } from './harness/audit.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { dropStudy, eventually, goTo, idOf, startFile, untilState } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { layoutOf } from './harness/layout.ts';
import { epochOf, inspected, mapOf } from './harness/replay.ts';
import { shortStarter, studyFile } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

const ARM = 'small · random depthwise · seed 0';
const OTHER = 'small · global magnitude · seed 0';

/** Every view, in the state in which it has most to show. */
const VIEWS: { name: string; open: (page: Page, run: string, other: string) => Promise<void> }[] = [
  { name: 'runs', open: (page) => address(page, '#/runs', 'grid', 'Runs') },
  { name: 'run: layers', open: (page, run) => address(page, `#/run?run=${run}`, 'tab', 'Layers') },
  ...['Numbers', 'Classes and images', 'Specification', 'Events', 'Checkpoints', 'Environment'].map(
    (tab) => ({
      name: `run: ${tab.toLowerCase()}`,
      open: async (page: Page, run: string) => {
        await address(page, `#/run?run=${run}`, 'tab', tab);
        await page.getByRole('tab', { name: tab }).focus();
      },
    }),
  ),
  { name: 'compare', open: (page) => address(page, '#/compare', 'heading', 'Trade-off') },
  {
    name: 'compare: overlap, who pays',
    open: (page) => address(page, beside('overlap', 'who-pays'), 'heading', 'Who pays'),
  },
  {
    name: 'compare: parallel, by layer',
    open: (page) => address(page, beside('parallel', 'layers'), 'heading', 'By layer'),
  },
  { name: 'replay: choice', open: (page) => address(page, '#/replay', 'heading', 'Replay') },
  {
    name: 'replay: maps',
    open: (page, run) => address(page, `#/replay?run=${run}&epoch=2&threshold=1e-2`, 'slider', 'Epoch'),
  },
  {
    name: 'replay: a layer',
    open: (page, run) => address(page, `#/replay?run=${run}&epoch=2&layer=pw2`, 'button', 'Zoom in'),
  },
  {
    name: 'replay: two runs',
    open: (page, run, other) =>
      address(page, `#/replay?run=${run}&epoch=2&beside=${other}`, 'slider', 'Epoch'),
  },
  {
    name: 'figures',
    open: async (page) => {
      await address(page, '#/figures', 'button', 'New figure');
      await page.getByRole('button', { name: 'New figure' }).click();
      await page.locator('.paper svg').waitFor();
    },
  },
  { name: 'ask', open: (page) => address(page, '#/ask', 'button', 'Ask') },
  { name: 'studies', open: (page) => address(page, '#/studies?study=starter', 'button', 'Start study') },
  {
    name: 'studies: mistakes',
    open: async (page) => {
      await dropStudy(page, studyFile('bad.yaml', 'study: bad\nseeds: [0]\nshred: {}\n'));
      await page.getByRole('alert', { name: 'Problems' }).waitFor();
    },
  },
  { name: 'workspace', open: (page) => address(page, '#/workspace', 'heading', 'Workspace') },
  {
    name: 'workspace: notices',
    open: async (page) => {
      await address(page, '#/workspace', 'heading', 'Workspace');
      const notices = page.getByRole('region', { name: 'Third-party notices' });
      if (!(await notices.isVisible())) await page.getByText('Licenses of fonts and packages').click();
      await notices.getByText('SIL Open Font License').first().waitFor();
    },
  },
  { name: 'nowhere', open: (page) => address(page, '#/run?run=000000000000-s0', 'link', 'To the runs') },
];

/** Two panes of the comparison. */
function beside(one: string, other: string): string {
  const panes = {
    row: [
      [one, {}],
      [other, {}],
    ],
    sizes: [50, 50],
  };
  return `#/compare?panes=${encodeURIComponent(JSON.stringify(panes))}`;
}

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
  let other: string;

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
      expect(await axeOn(page), view).toMatchObject({ broken: [] });
    }
    await startFile(page, shortStarter('small', 2));
    for (const arm of ['control', 'random depthwise', 'global magnitude'])
      await untilState(page, `small · ${arm} · seed 0`, 'finished');
    run = await idOf(page, ARM);
    other = await idOf(page, OTHER);
  }, 180_000);

  async function withText(size: string): Promise<void> {
    if ((await page.locator('html').getAttribute('data-text-size')) === size) return;
    await page.evaluate(`localStorage.setItem('cascade.text-size', '${size}')`);
    await page.reload();
    await eventually(() => page.locator('html').getAttribute('data-text-size')).toBe(size);
  }

  for (const scheme of ['light', 'dark'] as const)
    test(`${scheme}: all text has contrast, all controls have names, and no rule of axe is broken`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      for (const { name, open } of VIEWS) {
        await open(page, run, other);
        if (name.startsWith('replay: m'))
          await eventually(async () => (await mapOf(page, 'Control'))?.shares.active ?? 0).toBeGreaterThan(0);
        await runInPage(page, 'settled');
        const contrast = await contrastOf(page);
        expect(contrast.looked, name).toBeGreaterThan(5);
        expect(contrast.faint, name).toEqual([]);
        const { controls, nameless } = await namelessControls(page);
        expect(controls, name).toBeGreaterThan(5);
        expect(nameless, name).toEqual([]);
        // A theme changes colours, and nothing else.
        const { rules, broken } = await axeOn(page, scheme === 'light' ? undefined : ['color-contrast']);
        expect(rules, name).toBeGreaterThanOrEqual(scheme === 'light' ? 15 : 1);
        expect(broken, name).toEqual([]);
      }
    }, 90_000);

  // 640 × 400 is what a window of 1280 × 800 has at 200% zoom.
  for (const [width, height, text] of [
    [640, 400, 'normal'],
    [1280, 800, 'normal'],
    [1280, 800, 'larger'],
    [1920, 1080, 'normal'],
    [3840, 2160, 'normal'],
  ] as const)
    test(`${width} × ${height}, ${text} text: everything can be reached, and nothing lies over anything`, async () => {
      await page.setViewportSize({ width, height });
      await withText(text);
      for (const { name, open } of VIEWS) {
        await open(page, run, other);
        await runInPage(page, 'settled');
        const { panes, ...faults } = await layoutOf(page);
        if (/^(runs|run: layers|replay: a layer|studies)$/.test(name)) expect(panes, name).toBeGreaterThan(2);
        expect(faults, name).toEqual({ unreachable: [], small: [], over: [], sideways: false });
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      await withText('normal');
    }, 60_000);

  test('help closes on leaving, Escape, scrolling, navigation and when the window loses the focus', async () => {
    const help = page.locator('#explanation.shown');
    const shown = (): Promise<number> => help.count();
    const openIt = async (): Promise<void> => {
      await address(page, `#/run?run=${run}`, 'tab', 'Layers');
      const word = page.locator('.explain', { hasText: 'Accuracy' }).first();
      // What scrolls under a pointer is not asked about: the view comes to rest first.
      await word.scrollIntoViewIfNeeded();
      await runInPage(page, 'settled');
      await word.hover();
      await eventually(shown).toBe(1);
    };
    const ends: Record<string, () => Promise<unknown>> = {
      leaving: () => page.mouse.move(2, 300),
      Escape: () => page.keyboard.press('Escape'),
      scrolling: () => page.mouse.wheel(0, 200),
      navigation: () => page.evaluate(`location.hash = '#/workspace'`),
      blur: () => page.evaluate(`window.dispatchEvent(new Event('blur'))`),
    };
    for (const [name, end] of Object.entries(ends)) {
      await page.mouse.move(2, 300);
      await openIt();
      await end();
      await eventually(shown, 2000).toBe(0);
      expect(await shown(), name).toBe(0);
    }
    // In the replay Escape closes the opened layer; with help open, only the help.
    await address(page, `#/replay?run=${run}&epoch=2&layer=pw2`, 'button', 'Zoom in');
    await page.locator('.explain', { hasText: 'Accuracy' }).first().focus();
    await eventually(shown).toBe(1);
    await page.keyboard.press('Escape');
    await eventually(shown).toBe(0);
    expect(await page.getByRole('button', { name: 'Zoom in' }).count()).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await eventually(() => page.getByRole('button', { name: 'Zoom in' }).count()).toBe(0);
  });

  test('keys go through the channels of the map and the weights of a layer, and select them', async () => {
    await address(page, `#/replay?run=${run}&epoch=2&layer=pw2`, 'button', 'Zoom in');
    await eventually(async () => (await mapOf(page, 'Pruned run'))?.shares.active ?? 0).toBeGreaterThan(0);
    const focused = (): Promise<string | null> => page.locator(':focus').getAttribute('aria-label');
    await page
      .getByRole('region', { name: 'Pruned run' })
      .getByRole('button', { name: /channel 0/ })
      .focus();
    expect(await focused()).toMatch(/^pw2 · channel 0 of \d+: \d/);
    await page.keyboard.press('ArrowDown');
    await eventually(focused).toMatch(/^pw2 · channel 1 /);
    await page.keyboard.press('End');
    const last = await focused();
    await page.keyboard.press('PageDown');
    await eventually(focused).toMatch(/^dw3 · channel 0 /);
    await page.keyboard.press('ArrowUp');
    await eventually(focused).toMatch(/^dw3 · channel 0 /);
    await page.keyboard.press('ArrowLeft');
    await eventually(focused).toMatch(/^pw2 · /);
    expect(last).toMatch(/^pw2 · /);
    // The moment stays: these arrows are the map's.
    expect(await epochOf(page)).toBe(2);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await eventually(async () => (await inspected(page)).map(([name]) => name)).toContain('γ');

    // The layers above it are one stop, before the channel.
    const layers = page.getByRole('region', { name: 'Pruned run' }).getByRole('toolbar', { name: 'Layers' });
    const stop = layers.locator('button[tabindex="0"]');
    expect(await stop.getAttribute('aria-label')).toBe('Open layer pw2');
    await stop.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const second = await layers.getByRole('button').nth(1).getAttribute('aria-label');
    expect(await focused()).toBe(second);
    await page.keyboard.press('Tab');
    await eventually(focused).toMatch(/ · channel \d+ of /);
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe(second);
    expect(await epochOf(page)).toBe(2);

    const matrix = page.getByRole('region', { name: 'Pruned run' }).locator('canvas[tabindex]');
    await matrix.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(async () => (await inspected(page)).map(([name]) => name)).toContain('at 1e-4');
    expect(await epochOf(page)).toBe(2);
  });

  test('the Tab key comes to every control of every view, and shows where it is', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    for (const { name, open } of VIEWS) {
      await open(page, run, other);
      expect(await longWays(page), name).toEqual([]);
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
    await eventually(focused).toMatch(/^Colour, marker and dash of/);
    await page.keyboard.press('Tab');
    await eventually(focused).toMatch(/^Open run/);
    await page.keyboard.press('Tab');
    await eventually(focused).toMatch(/^Star run/);
    await page.keyboard.press('Tab');
    await eventually(focused).toMatch(/^Delete run/);
    for (let back = 0; back < 2; back++) await page.keyboard.press('Shift+Tab');
    await eventually(focused).toMatch(/^Open run/);
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
    expect(await axeOn(page)).toMatchObject({ broken: [] });
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
