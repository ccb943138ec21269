import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layoutOf } from '../../main/workspace/layout.ts';
import { openForQueries, runQuery } from '../../main/workspace/query/run-query.ts';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { percent } from '../../renderer/format/numbers.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { openWindow, type Window } from './harness/window.ts';

const ARMS = 150;
const LAST = 3;
const hashOf = (arm: number): string => arm.toString(16).padStart(12, '0');

/** A dense trunk of two seeds, which 150 arms leave after epoch 1; the first of them has both seeds. */
async function writeTree(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  const write = async (arm: number, seed: number): Promise<void> => {
    const id = `${hashOf(arm)}-s${seed}`;
    const dense = arm === 0;
    const trunk = dense ? null : { id: `${hashOf(0)}-s${seed}`, epoch: 1, rewindEpoch: null };
    await workspace.addRun(
      newRun(id, { seed, study: 'tree', arm: dense ? 'dense' : `arm ${arm}`, prunes: !dense, trunk }),
    );
    await workspace.setEnvironment(id, ENVIRONMENT);
    if (trunk) await workspace.adoptEpochs(id, trunk.id, trunk.epoch);
    for (let epoch = trunk ? 2 : 0; epoch <= (arm > 1 ? 2 : LAST); epoch++)
      await workspace.recordEpoch(id, recordOf(epoch, 10 * arm + seed), null, []);
    await workspace.setState(id, 'finished', null);
  };
  for (const seed of [0, 1]) for (const arm of [0, 1]) await write(arm, seed);
  for (let arm = 2; arm <= ARMS; arm++) await write(arm, 0);
  await workspace.close();
}

describeInChromium('the map of runs', () => {
  let window: Window;
  let page: Page;

  beforeAll(async () => {
    window = await openWindow('tree', writeTree);
    ({ page } = window);
    const panes = {
      row: [
        ['map', { color: 'testAccuracy' }],
        ['numbers', {}],
      ],
      sizes: [60, 40],
    };
    const parameters = new URLSearchParams({ panes: JSON.stringify(panes) });
    await page.evaluate(`location.hash = ${JSON.stringify(`#/compare?${parameters.toString()}`)}`);
    await page.getByText(`${ARMS + 1} branches, seeds folded`).waitFor();
  }, 120_000);
  afterAll(() => window?.close());

  const map = (): Locator => page.getByRole('group', { name: /^Map of runs/ });
  const said = async (): Promise<string> =>
    (await page.locator('p.told[aria-live]').first().textContent())!.trim();

  test('branches are gone through with keys, and drive the other panes; numbers are those of SQL', async () => {
    await map().focus();
    await page.keyboard.press('Home');
    await eventually(said).toContain('tree · dense, n = 2; from epoch 0; to epoch 3');
    await page.keyboard.press('ArrowDown');
    // In the order of the legend: those that were asked for last come first.
    await eventually(said).toContain(`tree · arm ${ARMS}, n = 1`);
    await page.keyboard.press('End');
    await eventually(said).toContain('tree · arm 1,');
    const database = openForQueries(layoutOf(window.application.workspace).database);
    const { rows } = runQuery(
      database,
      `select avg(test_accuracy) from epochs where epoch = ${LAST} and run like '${hashOf(1)}-%'`,
      10,
    );
    database.close();
    const sentence = await said();
    expect(sentence).toContain('tree · arm 1, n = 2; leaves tree · dense after epoch 1; to epoch 3');
    expect(sentence).toContain(`Accuracy ${percent(Number(rows[0]![0]), 2)}.`);
    const row = page.getByRole('row', { name: /tree · arm 1 / });
    await eventually(() => row.getAttribute('class')).toContain('hovered');
    await page.keyboard.press('Enter');
    await eventually(() => row.getAttribute('class')).toContain('selected');
    await page.keyboard.press('Enter');
    await eventually(() => row.getAttribute('class')).not.toContain('selected');
  });

  test('of hundreds of branches those in sight are drawn, and all can be reached', async () => {
    await map().focus();
    expect(await map().locator('.name').count()).toBeLessThan(60);
    await page.keyboard.press('End');
    await eventually(said).toContain('tree · arm 1,');
    await map()
      .locator('.name')
      .filter({ hasText: /tree · arm 1\s*n = 2/ })
      .waitFor();
    // Its upright line begins at the trunk, far above.
    expect(await map().locator('.joint').count()).toBeGreaterThan(0);
    await page.keyboard.press('Home');
    await eventually(said).toContain('tree · dense');
    await map().locator('.name').filter({ hasText: 'tree · dense' }).waitFor();
  });

  test('its colours are chosen, told by a scale, and in the address', async () => {
    await page.getByText(/of test images\); grey: not told/).waitFor();
    expect((await axeOn(page)).broken).toEqual([]);
    await page.getByRole('combobox', { name: 'What the colours tell' }).selectOption({ label: 'arm' });
    await eventually(() => page.url()).toContain('arm');
    await eventually(() => page.getByText(/grey: not told/).count()).toBe(0);
    await page.reload();
    await page.getByText(`${ARMS + 1} branches, seeds folded`).waitFor();
    expect(await page.getByRole('combobox', { name: 'What the colours tell' }).inputValue()).toBe('arm');
    expect([...window.watch.errors, ...window.watch.strangers]).toEqual([]);
  });
});
