import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jaccard } from '../../common/cascade/overlap.ts';
import { planeBytes, PRUNED_PLANE, shedPlane } from '../../common/records.ts';
import { unpackBits } from '../../main/codec/planes.ts';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { meanText } from '../../renderer/format/fields.ts';
import { MEASURE_FIELDS } from '../../common/fields/measures.ts';
import { percent } from '../../renderer/format/numbers.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import type { Watch } from './harness/watch.ts';
import { openWindow, type Window } from './harness/window.ts';

const SEEDS = [0, 1, 2];
const LAST = 3;
const DENSE = 'd00000000000';
const PRUNED = 'e00000000000';
const saltOf = (hash: string, seed: number): number => (hash === DENSE ? 10 : 20) + seed;

/** Two arms of three seeds each, and a fourth of one that has not finished. */
async function writeArms(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  for (const seed of SEEDS)
    for (const hash of [DENSE, PRUNED]) {
      const id = `${hash}-s${seed}`;
      const arm = hash === DENSE ? 'dense' : 'pruned';
      const control = hash === DENSE ? null : `${DENSE}-s${seed}`;
      await workspace.addRun(
        newRun(id, { seed, hash, arm, control, prunes: hash === PRUNED, study: 'pair' }),
      );
      await workspace.setEnvironment(id, ENVIRONMENT);
      for (let epoch = 0; epoch <= LAST; epoch++)
        await workspace.recordEpoch(id, recordOf(epoch, saltOf(hash, seed)), null, []);
      await workspace.setState(id, 'finished', null);
    }
  const open = `${PRUNED}-s3`;
  await workspace.addRun(newRun(open, { seed: 3, hash: PRUNED, arm: 'pruned', study: 'pair' }));
  await workspace.setEnvironment(open, ENVIRONMENT);
  await workspace.recordEpoch(open, recordOf(0, 99), null, []);
  await workspace.setState(open, 'stopped', null);
  await workspace.close();
}

/** Mean and half-width of one sample standard deviation, from the records themselves. */
function byHand(values: readonly number[]): { n: number; mean: number; low: number; high: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { n, mean, low: mean - sd, high: mean + sd };
}

describeInChromium('compare', () => {
  let window: Window;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    window = await openWindow('compare', writeArms);
    ({ page, watch } = window);
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
  }, 120_000);
  afterAll(() => window?.close());

  const pane = (name: string) => page.getByRole('region', { name: new RegExp(`^${name}, pane \\d`) }).first();
  const show = async (panes: unknown): Promise<void> => {
    const parameters = new URLSearchParams({ panes: JSON.stringify(panes) });
    await page.evaluate(`location.hash = ${JSON.stringify(`#/compare?${parameters.toString()}`)}`);
  };

  test('means over finished seeds, with what is left out said', async () => {
    await page.getByText('2 groups, 7 runs; 1 unfinished, in no mean').waitFor();
    const row = pane('Numbers').getByRole('row', { name: /pair · pruned/ });
    const accuracies = SEEDS.map((seed) => recordOf(LAST, saltOf(PRUNED, seed)).metrics.testAccuracy);
    const field = MEASURE_FIELDS.find(({ id }) => id === 'testAccuracy')!;
    await row.getByText(meanText(field, byHand(accuracies), 'sd')).waitFor();
    await row.getByText('3 + 1 unfinished').waitFor();
    const shed = SEEDS.map((seed) => {
      const { layers } = recordOf(LAST, saltOf(PRUNED, seed));
      const sum = (of: (layer: (typeof layers)[number]) => number) =>
        layers.reduce((all, layer) => all + of(layer), 0);
      return sum((layer) => layer.shed[2]!) / sum((layer) => layer.weights - layer.pruned);
    });
    const shedField = MEASURE_FIELDS.find(({ id }) => id === 'shed')!;
    await row.getByText(meanText(shedField, byHand(shed), 'sd')).waitFor();
  });

  test('a curve tells its points by keys, and the group is marked in every pane', async () => {
    await show({
      row: [
        ['curves', { y: 'testAccuracy' }],
        ['numbers', {}],
      ],
      sizes: [60, 40],
    });
    const plot = pane('Curves').getByRole('group');
    await plot.locator('canvas[data-painted="2"]').waitFor();
    await plot.focus();
    await page.keyboard.press('n');
    const accuracies = SEEDS.map((seed) => recordOf(LAST, saltOf(PRUNED, seed)).metrics.testAccuracy);
    const first = await plot.locator('[aria-live]').textContent();
    const other = first?.includes('dense') ? 'n' : null;
    if (other) await page.keyboard.press(other);
    await eventually(async () => (await plot.locator('[aria-live]').textContent())?.trim()).toBe(
      `pair · pruned: Accuracy (% of test images) ${percent(byHand(accuracies).mean, 2)} at Epoch 3`,
    );
    await expect(pane('Numbers').locator('tr.hovered').textContent()).resolves.toContain('pair · pruned');
    // Zoomed and back, all of it is painted again.
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowLeft');
    await plot.locator('canvas[data-painted="2"]').waitFor();
    await page.keyboard.press('0');
    await plot.locator('canvas[data-painted="2"]').waitFor();
  });

  test('what two runs keep in common is told cell by cell', async () => {
    await show(['overlap', { what: 'alive' }]);
    const table = page.getByRole('grid', { name: 'Overlap of weights' });
    await table.waitFor();
    const names = await table.locator('tbody th').allTextContents();
    const bitsOf = (name: string): number[] => {
      const seed = Number(/seed (\d)/.exec(name)![1]);
      return recordOf(LAST, saltOf(name.includes('dense') ? DENSE : PRUNED, seed)).layers.flatMap(
        ({ weights, planes }) => {
          const plane = (index: number) => unpackBits(planes.subarray(index * planeBytes(weights)), weights);
          const [pruned, shed] = [plane(PRUNED_PLANE), plane(shedPlane(2))];
          return [...pruned].map((gone, index) => (gone === 0 && shed[index] === 0 ? 1 : 0));
        },
      );
    };
    const sum = (bits: readonly number[]): number => bits.reduce((all, bit) => all + bit, 0);
    const expected = names.map((one) =>
      names.map((other) => {
        const [first, second] = [bitsOf(one), bitsOf(other)];
        const both = sum(first.map((bit, index) => bit & second[index]!));
        return percent(jaccard({ one: sum(first), other: sum(second), both }));
      }),
    );
    const rows = await table.locator('tbody tr').all();
    const told = await Promise.all(
      rows.map(async (row) => (await row.locator('td').allTextContents()).map((text) => text.trim())),
    );
    expect(names).toHaveLength(6);
    expect(told).toEqual(expected);
  });

  test('who pays: images that lost their answers, as the records have them', async () => {
    await show(['who-pays', {}]);
    const lost = new Map<number, number>();
    for (const seed of SEEDS) {
      const of = (hash: string) =>
        recordOf(LAST, saltOf(hash, seed)).predictions.find(({ moment }) => moment === 'epoch')!;
      const [before, after] = [of(DENSE), of(PRUNED)];
      before.labels.forEach((label, image) => {
        if (before.predicted[image] === label && after.predicted[image] !== label)
          lost.set(image, (lost.get(image) ?? 0) + 1);
      });
    }
    expect(lost.size).toBeGreaterThan(0);
    await pane('Who pays')
      .getByText(`3 pairs of equal seed, after the last epoch; ${lost.size} images lost in some`)
      .waitFor();
    const most = Math.max(...lost.values());
    await pane('Who pays').getByText(`lost in ${most} of 3`).first().waitFor();
    // The made-up runs were trained on no data that is there.
    await pane('Who pays').getByText('hold other images than the run was trained on').waitFor();
  });

  test('panes are added, closed and resized, and Back and a reload bring them again', async () => {
    await show(['numbers', {}]);
    await pane('Numbers').waitFor();
    await page.getByRole('button', { name: 'Add a pane' }).click();
    await page.getByRole('button', { name: /^Trade-off/ }).click();
    await pane('Trade-off').locator('canvas[data-painted="2"]').waitFor();
    const border = page.getByRole('separator');
    await border.focus();
    await page.keyboard.press('ArrowRight');
    await eventually(async () => border.getAttribute('aria-valuenow')).toBe('54');
    await page.reload();
    await pane('Trade-off').waitFor();
    await expect(page.getByRole('separator').getAttribute('aria-valuenow')).resolves.toBe('54');
    await page.getByRole('button', { name: 'Close Numbers' }).click();
    await eventually(async () => pane('Numbers').count()).toBe(0);
    await page.getByRole('button', { name: 'Close Trade-off' }).click();
    await page.getByRole('heading', { name: 'No pane' }).waitFor();
    await page.getByRole('button', { name: 'Usual panes' }).click();
    await pane('Curves').waitFor();
  });

  test('a query chooses the runs, and a mistake in it is shown in its place', async () => {
    const box = page.getByRole('combobox', { name: 'Runs to compare' });
    await box.fill('arm = pruned and state = finished');
    await page.getByText('1 group, 3 runs').waitFor();
    await box.fill('armm = pruned');
    await page.getByText('There is no key “armm”').waitFor();
    await box.fill('arm = nothing');
    await page.getByRole('heading', { name: 'No run matches' }).waitFor();
    await page.getByRole('button', { name: 'Compare all runs' }).click();
    await page.getByText('2 groups, 7 runs').waitFor();
  });

  test('a pane becomes a figure of the same runs', async () => {
    await show(['curves', { y: 'testAccuracy' }]);
    await pane('Curves').getByRole('button', { name: 'Make a figure' }).click();
    await page.getByRole('heading', { name: 'Figures' }).waitFor();
    await page.getByText('accuracy-against-epoch').first().waitFor();
    const drawn = page.locator('main svg text');
    await eventually(async () => (await drawn.allTextContents()).join(' ')).toContain('pruned');
    expect(watch.errors).toEqual([]);
    expect(watch.strangers).toEqual([]);
  });
});
