import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Application } from './harness/application.ts';
import { contrastOf, namelessControls } from './harness/audit.ts';
import { percent, points } from '../../renderer/format/numbers.ts';
import { describeInChromium } from './harness/chromium.ts';
import { showRun } from './harness/command-line.ts';
import { eventually, idOf, startFile, untilState } from './harness/desk.ts';
import { denseStudy } from './harness/studies.ts';
import type { Watch } from './harness/watch.ts';
import { openWindow, type Window } from './harness/window.ts';

const EPOCHS = 3;
const TITLE = 'paper · pruned · seed 0';
const ARMS = `arms:
  - name: pruned
    pruning:
      criterion: magnitude
      schedule: { name: one-shot, epoch: 1 }
      sparsity: 0.9
    retraining: { name: fine-tune, epochs: ${EPOCHS - 1} }
`;

/** A table's cells, row by row, without thin spaces. */
async function cellsOf(table: Locator): Promise<string[][]> {
  const rows = await table.locator('tbody tr').all();
  return Promise.all(
    rows.map(async (row) =>
      (await row.locator('th, td').allTextContents()).map((text) => text.replaceAll('\u2009', '').trim()),
    ),
  );
}

describeInChromium('the numbers of a run', () => {
  let window: Window;
  let application: Application;
  let page: Page;
  let watch: Watch;
  let run: string;

  beforeAll(async () => {
    window = await openWindow('numbers');
    ({ application, page, watch } = window);
    await startFile(page, denseStudy('paper', 1, ARMS));
    await untilState(page, TITLE, 'finished');
    run = await idOf(page, TITLE);
    await page.getByRole('button', { name: `Open run ${TITLE}` }).click();
  }, 240_000);
  afterAll(() => window?.close());

  const withinTheWindow = async (): Promise<void> => {
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(1280);
    const overflows = await page.evaluate(
      "[...document.querySelectorAll('.holder')].filter((e) => e.scrollWidth > e.clientWidth).length",
    );
    expect(overflows).toBe(0);
  };

  test('curves have two thirds of a chart at least, and a legend shows all of its lines on demand', async () => {
    const figures = page.getByRole('figure');
    await figures.first().waitFor();
    const rooms = (await page.evaluate(
      "[...document.querySelectorAll('figure')].map((f) => f.querySelector('.plot').clientHeight / f.clientHeight)",
    )) as number[];
    expect(rooms).toHaveLength(7);
    for (const room of rooms) expect(room).toBeGreaterThan(2 / 3);
    const states = figures.filter({ hasText: 'States of the weights' });
    const clipped = async (): Promise<boolean> => {
      const [list, last] = await Promise.all([
        states.locator('ul').boundingBox(),
        states.locator('li').last().boundingBox(),
      ]);
      return last!.y + last!.height > list!.y + list!.height + 1;
    };
    expect(await clipped()).toBe(true);
    const more = states.getByRole('button', { name: /more in the legend of States of the weights$/ });
    await more.press('Enter');
    await eventually(clipped).toBe(false);
    expect(await states.locator('li').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^control, all its weights/)]),
    );
    await states.getByRole('button', { name: 'fewer lines in the legend of States of the weights' }).click();
    await eventually(clipped).toBe(true);
  });

  test('costs, ratios and layers are what the command line says', async () => {
    await page.getByRole('tab', { name: 'Numbers' }).click();
    const last = (await showRun(application.workspace, run)).epochs.at(-1)!;
    const costs = await cellsOf(page.getByRole('table', { name: 'Cost of the network' }));
    const weights = 784 * 300 + 300 * 100 + 100 * 10;
    const left = Math.round(weights * (1 - last.pruned));
    expect(costs[0]).toEqual([
      'dense',
      String(weights),
      String(weights + 410),
      String(weights),
      '1.00×',
      '1.00×',
      'as built',
    ]);
    expect(costs[1]).toEqual([
      'without pruned',
      String(left),
      String(left + 410),
      String(left),
      `${(weights / left).toFixed(2)}×`,
      `${(weights / left).toFixed(2)}×`,
      'yes',
    ]);
    const layers = await cellsOf(page.getByRole('table', { name: 'Numbers of the layers' }));
    expect(layers.map((cells) => cells.slice(0, 3))).toEqual(
      last.layers.map((layer, index) => {
        const size = [235_200, 30_000, 1_000][index]!;
        return [layer.name, String(size), String(Math.round(size * (1 - layer.pruned)))];
      }),
    );
    const dead = page.locator('dl.states dd').last();
    const counted = (await showRun(application.workspace, run)).epochs.filter(
      ({ deadOnData }) => deadOnData !== null,
    );
    expect(counted.map(({ epoch }) => epoch)).toEqual([1, EPOCHS]);
    const said = counted.map(({ epoch, deadOnData }) => `${percent(deadOnData)} after epoch ${epoch}`);
    expect(await dead.textContent()).toBe(`of kept: ${said.join(', ')}; not counted after other epochs`);
    // A gradient for each.
    for (const cells of layers) expect(Number(cells.at(-1))).toBeGreaterThan(0);
    await withinTheWindow();
  });

  test('every layer has its excess, over the control’s share of the same weights', async () => {
    await page.getByRole('combobox', { name: 'Threshold' }).selectOption('1e-2');
    await page.getByRole('tab', { name: 'Layers' }).click();
    const { layers } = (await showRun(application.workspace, run)).epochs.at(-1)!;
    const table = page.getByRole('table').filter({ hasText: 'Excess' });
    expect((await cellsOf(table)).map((cells) => [cells[0], ...cells.slice(3, 8)])).toEqual(
      layers.map(({ name, shed, controlShed, excess, inertAtLeast, deadOnData }) => [
        name,
        percent(shed['1e-2']),
        percent(controlShed!['1e-2']),
        points(excess!['1e-2']),
        percent(inertAtLeast),
        percent(deadOnData),
      ]),
    );
    await withinTheWindow();
  });

  test('classes stand beside the control’s, and images that were lost are listed', async () => {
    await page.getByRole('tab', { name: 'Classes and images' }).click();
    const table = page.getByRole('table', { name: 'Accuracy by class' });
    await table.waitFor();
    const rows = await cellsOf(table);
    expect(rows).toHaveLength(10);
    const images = rows.reduce((sum, cells) => sum + Number(cells[1]), 0);
    const right = rows.reduce(
      (sum, cells) => sum + (Number(cells[1]) * Number.parseFloat(cells[2]!)) / 100,
      0,
    );
    const last = (await showRun(application.workspace, run)).epochs.at(-1)!;
    expect(right / images).toBeCloseTo(last.testAccuracy, 3);
    const changes = rows.map((cells) => Number.parseFloat(cells.at(-1)!.replace('−', '-').replace('±', '')));
    expect(changes).toEqual(changes.toSorted((one, other) => one - other));

    await page.getByRole('combobox', { name: 'Wrong at this moment' }).selectOption('after epoch 1');
    const lost = page.getByRole('table', { name: 'Images answered right, then wrong' });
    await eventually(() => page.getByRole('region', { name: 'Lost answers' }).textContent()).toMatch(
      /\d+ test images were lost/,
    );
    const answers = await cellsOf(lost);
    expect(answers.length).toBeGreaterThan(0);
    for (const [, label, answer, before, after] of answers) {
      expect(answer).not.toBe(label);
      expect(Number(before!.replace('−', '-'))).toBeGreaterThanOrEqual(0);
      expect(Number(after!.replace('−', '-'))).toBeLessThanOrEqual(0);
    }
    await withinTheWindow();
  });

  test.each(['light', 'dark'] as const)('all of it is legible and named, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const tab of ['Numbers', 'Classes and images']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('table').first().waitFor();
      expect((await contrastOf(page)).faint, tab).toEqual([]);
      expect((await namelessControls(page)).nameless, tab).toEqual([]);
    }
  });

  test('none of it met an error, or asked anything of others', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
