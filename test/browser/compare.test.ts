import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jaccard } from '../../common/cascade/overlap.ts';
import { planeBytes, PRUNED_PLANE, shedPlane } from '../../common/records.ts';
import { unpackBits } from '../../main/codec/planes.ts';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { meanText } from '../../renderer/format/fields.ts';
import { MEASURE_FIELDS } from '../../common/fields/measures.ts';
import { fixed, percent } from '../../renderer/format/numbers.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf, SPECIFICATION } from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import type { Watch } from './harness/watch.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { openWindow, type Window } from './harness/window.ts';

const SEEDS = [0, 1, 2];
const LAST = 5;
/** Answers are stored before and after it. */
const PRUNING = 3;
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
        newRun(id, {
          seed,
          hash,
          arm,
          control,
          study: 'pair',
          prunes: hash === PRUNED,
          pruningEpochs: hash === PRUNED ? [PRUNING] : [],
          specification: { ...SPECIFICATION, referenceEpoch: PRUNING },
        }),
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
      `pair · pruned: Accuracy (% of test images) ${percent(byHand(accuracies).mean, 2)} at Epoch ${LAST}`,
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
    expect(names).toHaveLength(6);
    await expect(shares(table)).resolves.toEqual(overlaps(names.map((name) => ({ name, epoch: LAST }))));
  });

  /** Weights that are kept and above the threshold, one after another, from the record itself. */
  const bitsOf = ({ name, epoch }: { name: string; epoch: number }): number[] => {
    const seed = Number(/seed (\d)/.exec(name)![1]);
    return recordOf(epoch, saltOf(name.includes('dense') ? DENSE : PRUNED, seed)).layers.flatMap(
      ({ weights, planes }) => {
        const plane = (index: number) => unpackBits(planes.subarray(index * planeBytes(weights)), weights);
        const [pruned, shed] = [plane(PRUNED_PLANE), plane(shedPlane(2))];
        return [...pruned].map((gone, index) => (gone === 0 && shed[index] === 0 ? 1 : 0));
      },
    );
  };
  const overlaps = (sets: readonly { name: string; epoch: number }[]): string[][] => {
    const sum = (bits: readonly number[]): number => bits.reduce((all, bit) => all + bit, 0);
    return sets.map((one) =>
      sets.map((other) => {
        const [first, second] = [bitsOf(one), bitsOf(other)];
        const both = sum(first.map((bit, index) => bit & second[index]!));
        return percent(jaccard({ one: sum(first), other: sum(second), both }));
      }),
    );
  };
  const shares = async (table: Locator): Promise<string[][]> => {
    const rows = await table.locator('tbody tr').all();
    return Promise.all(
      rows.map(async (row) => (await row.locator('td').allTextContents()).map((text) => text.trim())),
    );
  };

  test('what runs keep in common right after the pruning, at an epoch, and over the epochs of one run', async () => {
    await show(['overlap', { what: 'alive', when: 'pruned' }]);
    const table = page.getByRole('grid', { name: 'Overlap of weights' });
    await table.waitFor();
    const names = await table.locator('tbody th').allTextContents();
    // The control is looked at where the pruned run was pruned.
    expect(names.filter((name) => name.includes(`epoch ${PRUNING}`))).toHaveLength(6);
    await expect(shares(table)).resolves.toEqual(overlaps(names.map((name) => ({ name, epoch: PRUNING }))));
    await pane('Overlap of weights')
      .getByRole('combobox', { name: 'When', exact: true })
      .selectOption('epoch');
    await pane('Overlap of weights').getByRole('spinbutton').fill('1');
    await pane('Overlap of weights').getByRole('spinbutton').press('Enter');
    await table.getByText('epoch 1', { exact: false }).first().waitFor();
    await expect(shares(table)).resolves.toEqual(overlaps(names.map((name) => ({ name, epoch: 1 }))));
    const inAddress = await page.evaluate('decodeURIComponent(location.hash)');
    expect(inAddress).toContain('"when":"1"');

    await pane('Overlap of weights').getByRole('combobox', { name: 'Of what' }).selectOption('epochs');
    await pane('Overlap of weights')
      .getByRole('combobox', { name: 'Run', exact: true })
      .selectOption(`${PRUNED}-s2`);
    await table.getByText(`epoch ${LAST}`).waitFor();
    const every = Array.from({ length: LAST + 1 }, (_, epoch) => ({ name: 'pruned seed 2', epoch }));
    await eventually(async () => shares(table)).toEqual(overlaps(every));
    await pane('Overlap of weights').getByLabel('Epochs').fill('2-4/2, 5');
    // What is being typed stays where something else in the pane changes.
    await table.locator('tbody td').first().hover();
    await page.getByRole('button', { name: 'pair · dense', exact: false }).last().hover();
    await pane('Overlap of weights').getByLabel('Epochs').press('Enter');
    await eventually(async () => shares(table)).toEqual(overlaps([2, 4, 5].map((epoch) => every[epoch]!)));
    await page.reload();
    await table.waitFor();
    await eventually(async () => shares(table)).toEqual(overlaps([2, 4, 5].map((epoch) => every[epoch]!)));
    await pane('Overlap of weights').getByLabel('Epochs').fill('two');
    await pane('Overlap of weights').getByLabel('Epochs').press('Enter');
    await page.getByText('Epochs are written as numbers and ranges').waitFor();
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

  test('who pays between two moments of the same runs, and between two single runs', async () => {
    await show(['who-pays', {}]);
    const box = (name: string) => pane('Who pays').getByRole('combobox', { name, exact: true });
    const of = (hash: string, seed: number, epoch: number, moment: string) =>
      recordOf(epoch, saltOf(hash, seed)).predictions.find((each) => each.moment === moment)!;
    const group = await box('To').inputValue();
    await box('From').selectOption(group);
    await box('From when').selectOption('before');
    await box('To when').selectOption('pruned');
    await box('Which images').selectOption('changed');
    const changed = new Map<number, number>();
    for (const seed of SEEDS) {
      const [before, after] = [
        of(PRUNED, seed, PRUNING, 'before-pruning'),
        of(PRUNED, seed, PRUNING, 'epoch'),
      ];
      before.labels.forEach((_, image) => {
        if (before.predicted[image] !== after.predicted[image])
          changed.set(image, (changed.get(image) ?? 0) + 1);
      });
    }
    await pane('Who pays')
      .getByText(
        `3 runs with themselves, before the first pruning against right after the first pruning; ${changed.size} images changed in some`,
      )
      .waitFor();
    const first = await pane('Who pays').getByRole('listitem').first().textContent();
    expect(first).toContain(`changed in ${Math.max(...changed.values())} of 3`);
    const [image, from, to] = /image (\d+), margin (\S+) → (\S+)/.exec(first!)!.slice(1);
    const margin = (moment: string): string => {
      const sum = SEEDS.reduce(
        (all, seed) => all + of(PRUNED, seed, PRUNING, moment).margins[Number(image)]!,
        0,
      );
      return fixed(sum / SEEDS.length, 1);
    };
    expect([from, to]).toEqual([margin('before-pruning'), margin('epoch')]);

    // The control has no answers there.
    await box('From').selectOption({ label: 'pair · dense' });
    await page.getByRole('heading', { name: 'No answers are stored at these moments' }).waitFor();

    await box('From').selectOption({ label: 'pair · pruned · seed 0' });
    await box('From when').selectOption('last');
    await box('To').selectOption({ label: 'pair · pruned · seed 2' });
    await box('To when').selectOption('last');
    await box('Which images').selectOption('won');
    const [before, after] = [of(PRUNED, 0, LAST, 'epoch'), of(PRUNED, 2, LAST, 'epoch')];
    const won = [...before.labels].filter(
      (label, at) => before.predicted[at] !== label && after.predicted[at] === label,
    );
    const sentence = `1 pair of runs, after the last epoch; ${won.length} images won in some`;
    await pane('Who pays').getByText(sentence).waitFor();
    await page.reload();
    await pane('Who pays').getByText(sentence).waitFor();
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

  test('ranges on the axes let groups through: by drag and by keys, in the address, and as the selection of all panes', async () => {
    await show({
      row: [
        ['parallel', { measures: 'testAccuracy,shed' }],
        ['numbers', {}],
      ],
      sizes: [60, 40],
    });
    const parallel = pane('Parallel coordinates');
    const lowest = parallel.getByRole('slider', { name: 'Accuracy from' });
    await lowest.focus();
    await page.keyboard.press('ArrowUp');
    // Each arm is at an end of the axis; the unfinished run is one of the pruned arm's.
    const mean = (hash: string): number =>
      byHand(SEEDS.map((seed) => recordOf(LAST, saltOf(hash, seed)).metrics.testAccuracy)).mean;
    const better = mean(PRUNED) > mean(DENSE) ? 'pruned' : 'dense';
    const within = `1 of 2 groups, ${better === 'pruned' ? 4 : 3} of 7 runs within the ranges`;
    await parallel.getByText(within).waitFor();
    await expect(parallel.locator('path.line.out').count()).resolves.toBe(1);
    await parallel.getByRole('button', { name: 'Select these' }).click();
    await eventually(async () => pane('Numbers').locator('tr.selected').allTextContents()).toHaveLength(1);
    await expect(pane('Numbers').locator('tr.selected').textContent()).resolves.toContain(`pair · ${better}`);
    await page.reload();
    await parallel.getByText(within).waitFor();
    await expect(pane('Numbers').locator('tr.selected').count()).resolves.toBe(1);
    await parallel.getByRole('slider', { name: 'Accuracy to' }).focus();
    await page.keyboard.press('Escape');
    await parallel.getByText('drag along an axis for a range').waitFor();
    // A drag over the lower half of the axis.
    const strip = (await parallel.getByRole('slider', { name: 'Accuracy from' }).boundingBox())!;
    const top = (await parallel.getByRole('slider', { name: 'Accuracy to' }).boundingBox())!;
    const x = strip.x + strip.width / 2;
    await page.mouse.move(x, strip.y + 2);
    await page.mouse.down();
    await page.mouse.move(x, (strip.y + top.y) / 2, { steps: 4 });
    await page.mouse.up();
    await parallel.getByText(`1 of 2 groups, ${better === 'pruned' ? 3 : 4} of 7 runs`).waitFor();
    const titles = () => parallel.locator('button.title').allTextContents();
    const before = (await titles()).map((title) => title.trim());
    await parallel.getByRole('button', { name: before[0]!, exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    await eventually(async () => (await titles()).map((title) => title.trim())).toEqual([
      before[1],
      before[0],
      ...before.slice(2),
    ]);
    expect(await page.evaluate('decodeURIComponent(location.hash)')).toContain('"order"');
    await page.locator('ul[aria-label="Groups"] button[aria-pressed="true"]').click();
  });

  test('small plots of each layer: one scale, the control dashed, the numbers of the records', async () => {
    await show(['layers', { y: 'shed(1e-4)' }]);
    const plots = pane('By layer').getByRole('listitem');
    await eventually(async () => plots.count()).toBe(2);
    await pane('By layer')
      .getByText('n = 3, bands: standard deviation; dashed: the same weights in the control')
      .waitFor();
    const plot = plots.nth(1).getByRole('group');
    await plot.focus();
    await page.keyboard.press('n');
    const first = (await plot.locator('[aria-live]').textContent())!;
    const hash = first.includes('dense') ? DENSE : PRUNED;
    const shares = SEEDS.map((seed) => {
      const layer = recordOf(LAST, saltOf(hash, seed)).layers[1]!;
      return layer.shed[2]! / (layer.weights - layer.pruned);
    });
    await eventually(async () => plot.locator('[aria-live]').textContent()).toContain(
      `${percent(byHand(shares).mean, 2)} at Epoch ${LAST}`,
    );
    const ticks = async (at: number) =>
      (await plots.nth(at).locator('text.tick[text-anchor="end"]').allTextContents()).map((text) =>
        text.trim(),
      );
    expect(await ticks(0)).toEqual(await ticks(1));
  });

  test('no pane breaks a rule of accessibility', async () => {
    for (const panes of [
      {
        row: [
          ['parallel', { brushes: '{"testAccuracy":[0,0.5]}' }],
          ['overlap', { across: 'epochs' }],
        ],
        sizes: [50, 50],
      },
      {
        row: [
          ['who-pays', { change: 'changed' }],
          ['layers', {}],
        ],
        sizes: [50, 50],
      },
      {
        row: [
          ['trade-off', {}],
          ['curves', { seeds: 'each' }],
        ],
        sizes: [50, 50],
      },
    ]) {
      await show(panes);
      await page.locator('.panes .counts').nth(1).waitFor();
      await eventually(async () => page.locator('.panes .skeleton').count()).toBe(0);
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axeOn(page), colorScheme).toMatchObject({ broken: [] });
      }
    }
    await pane('Trade-off').getByRole('button', { name: 'References' }).click();
    await page.getByText('Open CSV file').waitFor();
    expect(await axeOn(page)).toMatchObject({ broken: [] });
    await page.keyboard.press('Escape');
  });

  test('a scale is remembered for its measure, in other panes and after a reload', async () => {
    await show(['curves', { y: 'testLoss' }]);
    await pane('Curves').getByRole('combobox', { name: 'Scale of the axis' }).selectOption('log');
    await show(['curves', { y: 'testAccuracy' }]);
    const scale = pane('Curves').getByRole('combobox', { name: 'Scale of the axis' });
    await eventually(async () => scale.inputValue()).toBe('linear');
    await show(['trade-off', { y: 'testLoss', x: 'compression(masked)' }]);
    await page.reload();
    const upright = pane('Trade-off').getByRole('combobox', { name: 'Scale of the upright axis' });
    await eventually(async () => upright.inputValue()).toBe('log');
    // What a log axis has no place for is told.
    await show(['curves', { y: 'learningRate', scale: 'log' }]);
    await pane('Curves').getByText('2 points at or below 0 have no place on a log axis').waitFor();
  });

  test('curves of others, from a file: drawn apart, named with their source, in the address and in a figure', async () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'published.csv');
    const rows = ['a', 'b'].flatMap((method) =>
      [1, 0.5, 0.25].map((density, place) => `${method};${density};${93 - place},5;0,5;3`),
    );
    writeFileSync(file, `\uFEFFmethod;density;accuracy (%);std;n\r\n${rows.join('\r\n')}\r\n\r\n`);
    await show(['trade-off', { y: 'testAccuracy', x: 'compression(masked)' }]);
    await pane('Trade-off').getByRole('button', { name: 'References' }).click();
    const broken = join(folder.path, 'broken.csv');
    writeFileSync(broken, 'compression,accuracy\n2,0.9\n4,high\n');
    await page.getByLabel('File of reference curves').setInputFiles(broken);
    await page.getByRole('alert').getByText('Line 3, column 2 (accuracy): ‘high’ is no number.').waitFor();
    await expect(page.getByRole('button', { name: 'Keep' }).isDisabled()).resolves.toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();

    await pane('Trade-off').getByRole('button', { name: 'References' }).click();
    await page.getByLabel('File of reference curves').setInputFiles(file);
    const dialog = page.getByRole('dialog', { name: 'Reference curves from published.csv' });
    await dialog.getByRole('status').getByText('6 rows').waitFor();
    await dialog.getByRole('button', { name: 'Keep' }).click();
    // Without a source it is not kept.
    await dialog.getByText('Say where the numbers are from').waitFor();
    await dialog.getByLabel('Source').fill('Somebody et al. 2020');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    const legend = pane('Trade-off').getByRole('list', { name: 'Reference curves' });
    await legend.getByText('Somebody et al. 2020:').waitFor();
    // Two groups, and two curves of others.
    await pane('Trade-off').locator('canvas[data-painted="4"]').waitFor();
    await page.reload();
    await legend.getByText('Somebody et al. 2020:').waitFor();
    await pane('Trade-off').locator('canvas[data-painted="4"]').waitFor();
    const plot = pane('Trade-off').getByRole('group');
    await plot.focus();
    await page.keyboard.press('n');
    await eventually(async () => plot.locator('[aria-live]').textContent()).toContain(
      'a (Somebody et al. 2020): Accuracy (% of test images) 91.50% at',
    );
    await pane('Trade-off').getByRole('button', { name: 'References (1)' }).click();
    await page.getByLabel('method of published').selectOption('b');
    await page.getByText('1 curve, 3 points').waitFor();
    await page.keyboard.press('Escape');
    await pane('Trade-off').locator('canvas[data-painted="3"]').waitFor();
    await pane('Trade-off').getByRole('button', { name: 'Make a figure' }).click();
    await page.getByRole('heading', { name: 'Figures' }).waitFor();
    await eventually(async () => (await page.locator('main svg text').allTextContents()).join(' ')).toContain(
      'Somebody et al. 2020',
    );
    folder.remove();
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
