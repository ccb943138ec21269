import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { describeInChromium } from './harness/chromium.ts';
import { runInPage } from './harness/in-page.ts';
import { openWindow, type Window } from './harness/window.ts';

/**
 * Every view as it was when a person last looked at it, in both themes. Where a view is meant to look otherwise now, they are
 * written anew with `CASCADE_BASELINES=write npm test -- test/browser/baselines.test.ts`, and looked at.
 */

const FOLDER = join(import.meta.dirname, 'baselines');
const writes = process.env['CASCADE_BASELINES'] === 'write';

const SIZE = { width: 1280, height: 800 };
const KEPT = { width: 960, height: 600 };
/** Places that are compared, and by how much one may differ: letters are some four places high. */
const COMPARED = { width: 160, height: 100, step: 40 };
/** Share of the places that may differ: dates, times and the drawing of letters. */
const ALLOWED = 0.015;

const SEEDS = [0, 1, 2];
const DENSE = 'd00000000000';
const ARMS = { random: 'a00000000000', magnitude: 'b00000000000' };

async function writeStudy(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  for (const seed of SEEDS)
    for (const [arm, hash] of [['control', DENSE], ...Object.entries(ARMS)] as const) {
      const id = `${hash}-s${seed}`;
      const control = hash === DENSE ? null : `${DENSE}-s${seed}`;
      await workspace.addRun(
        newRun(id, { seed, hash, arm, control, prunes: control !== null, study: 'pair' }),
      );
      await workspace.setEnvironment(id, ENVIRONMENT);
      const salt = 10 * Object.values({ DENSE, ...ARMS }).indexOf(hash) + seed;
      for (let epoch = 0; epoch <= 6; epoch++)
        await workspace.recordEpoch(id, recordOf(epoch, salt), null, []);
      await workspace.setState(id, 'finished', null);
    }
  await workspace.close();
}

const run = `${ARMS.random}-s0`;
const panes = (shown: unknown): string => `#/compare?panes=${encodeURIComponent(JSON.stringify(shown))}`;
const sql = encodeURIComponent(
  'select study, arm, avg(test_accuracy) as accuracy from runs group by study, arm',
);

/** Each by the address that shows it, and what is there when it is whole. */
const VIEWS: Record<string, { hash: string; whole: string }> = {
  runs: { hash: '#/runs?sort=arm,seed', whole: '[role="grid"] [data-run]' },
  'runs-grouped': { hash: '#/runs?groups=seeds', whole: '[role="grid"] [data-row]' },
  run: { hash: `#/run?run=${run}`, whole: '.chart canvas' },
  compare: { hash: '#/compare', whole: '.plot canvas[data-painted="3"]' },
  'compare-panes': {
    hash: panes({
      row: [
        ['overlap', {}],
        ['who-pays', {}],
      ],
      sizes: [50, 50],
    }),
    whole: '[role="grid"][aria-label="Overlap of weights"]',
  },
  'compare-parallel': { hash: panes(['parallel', {}]), whole: '.pane svg' },
  'compare-map': { hash: panes(['map', {}]), whole: '.pane svg' },
  replay: { hash: `#/replay?run=${run}&epoch=3&threshold=1e-2`, whole: '.map canvas' },
  'replay-layer': { hash: `#/replay?run=${run}&epoch=3&threshold=1e-2&layer=conv`, whole: '.map canvas' },
  'replay-two-runs': {
    hash: `#/replay?run=${run}&epoch=3&threshold=1e-2&beside=${ARMS.magnitude}-s0`,
    whole: '.map canvas',
  },
  studies: { hash: '#/studies?study=starter', whole: '.cm-editor' },
  ask: { hash: `#/ask?sql=${sql}`, whole: '.cm-editor' },
  figures: { hash: '#/figures', whole: 'h1, h2' },
  workspace: { hash: '#/workspace', whole: 'h1, h2' },
};

describeInChromium('views as they were looked at', () => {
  let window: Window;
  let page: Page;
  let blank: Page;

  beforeAll(async () => {
    window = await openWindow('baselines', writeStudy);
    ({ page } = window);
    await page.setViewportSize(SIZE);
    // The page's policy lets no picture in; one without a policy compares them.
    blank = await page.context().browser()!.newPage();
    mkdirSync(FOLDER, { recursive: true });
  }, 120_000);
  afterAll(() => window?.close());

  const pictureOf = async (): Promise<string> => {
    await runInPage(page, 'settled');
    return `data:image/png;base64,${(await page.screenshot()).toString('base64')}`;
  };
  const differenceOf = (one: string, other: string): Promise<number> =>
    runInPage(blank, 'difference', { one, other, ...COMPARED });
  const shown = async ({ hash, whole }: { hash: string; whole: string }): Promise<string> => {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.locator(whole).first().waitFor();
    // What is behind the view's first picture comes from the workstation.
    await page.waitForTimeout(700);
    return pictureOf();
  };

  for (const scheme of ['light', 'dark'] as const)
    test(`${scheme}: no view looks otherwise than it did`, async () => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const otherwise: Record<string, number> = {};
      for (const [name, view] of Object.entries(VIEWS)) {
        const file = join(FOLDER, `${name}-${scheme}.webp`);
        const now = await shown(view);
        if (writes) {
          const kept = await runInPage<string>(blank, 'picture', {
            picture: now,
            ...KEPT,
            type: 'image/webp',
          });
          writeFileSync(file, Buffer.from(kept.split(',')[1]!, 'base64'));
          continue;
        }
        expect(existsSync(file), `${name}: no baseline is kept`).toBe(true);
        const before = `data:image/webp;base64,${readFileSync(file).toString('base64')}`;
        const difference = await differenceOf(before, now);
        if (difference > ALLOWED) otherwise[name] = difference;
      }
      expect(otherwise).toEqual({});
    }, 90_000);

  test('a pane that is empty would be seen', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    const whole = await shown(VIEWS['compare']!);
    expect(await differenceOf(whole, whole)).toBe(0);
    await page.evaluate(`document.querySelector('.plot').style.visibility = 'hidden'`);
    expect(await differenceOf(whole, await pictureOf())).toBeGreaterThan(ALLOWED);
  });
});
