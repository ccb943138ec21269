import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Application } from './harness/application.ts';
import { describeInChromium } from './harness/chromium.ts';
import { showRun } from './harness/command-line.ts';
import { dropStudy, eventually, goTo, idOf, startStudy, untilState } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { mainThreadMilliseconds } from './harness/main-thread.ts';
import { epochOf, inspectedShare, mapOf, matrixOf, ROUNDING, shareOf, totalsOf } from './harness/replay.ts';
import { median } from './harness/statistics.ts';
import { shortStarter } from './harness/studies.ts';
import type { Watch } from './harness/watch.ts';
import { openWindow, type Window } from './harness/window.ts';

const EPOCHS = 6;
const TITLE = 'short · random depthwise · seed 0';
/** Coarse enough that even a short run has weights below it. */
const THRESHOLD = '1e-2';

describeInChromium('a study, finished and replayed', () => {
  let window: Window;
  let application: Application;
  let page: Page;
  let watch: Watch;
  let run: string;

  const replay = async (epoch: number, more = ''): Promise<void> => {
    await page.goto(`${application.origin}/#/replay?run=${run}&epoch=${epoch}&threshold=${THRESHOLD}${more}`);
    await eventually(async () => (await mapOf(page, 'Control'))?.shares.active ?? 0).toBeGreaterThan(0);
    await eventually(() => epochOf(page)).toBe(epoch);
  };

  beforeAll(async () => {
    window = await openWindow('replayed');
    ({ application, page, watch } = window);
    await dropStudy(page, shortStarter('short', EPOCHS));
    await startStudy(page);
    for (const arm of ['control', 'random depthwise', 'global magnitude'])
      await untilState(page, `short · ${arm} · seed 0`, 'finished');
    run = await idOf(page, TITLE);
  }, 240_000);
  afterAll(() => window?.close());

  test('keys move through the epochs, and the picture and the numbers with them', async () => {
    await goTo(page, 'Replay');
    await page.getByRole('button', { name: new RegExp(`^${TITLE}`) }).click();
    await replay(EPOCHS);
    const said = await showRun(application.workspace, run);
    const seen: number[] = [];
    await page.keyboard.press('Home');
    for (let epoch = 0; epoch <= EPOCHS; epoch++) {
      await eventually(() => epochOf(page)).toBe(epoch);
      const expected = said.epochs[epoch]!;
      expect(expected.epoch).toBe(epoch);
      await eventually(() => inspectedShare(page, 'pruned, of all')).toBeCloseTo(expected.pruned, 3);
      const shown = async (name: string, value: number): Promise<void> =>
        expect(Math.abs((await inspectedShare(page, name)) - value), name).toBeLessThan(ROUNDING);
      await shown('test accuracy', expected.testAccuracy);
      await shown(`shed ≤ ${THRESHOLD}, of kept`, expected.shed[THRESHOLD]!);
      await shown('inert, at least, of kept', expected.inertAtLeast);
      const picture = (await mapOf(page, 'Pruned run'))!;
      seen.push(picture.hash);
      expect(picture.shares.pruned > 0).toBe(expected.pruned > 0);
      // The control is counted over the weights that the run keeps: in numbers, and in the picture.
      expect((await mapOf(page, 'Control'))!.shares.pruned > 0).toBe(expected.pruned > 0);
      const control = await totalsOf(page, 'Control');
      const near = (name: string, value: number): void =>
        expect(Math.abs(shareOf(control.get(name) ?? '') - value), `${name} at ${epoch}`).toBeLessThan(
          ROUNDING,
        );
      near('pruned in the run', expected.pruned);
      near(`shed ≤ ${THRESHOLD}`, said.controlShed[epoch]![THRESHOLD]! * (1 - expected.pruned));
      near(`shed ≤ ${THRESHOLD}, of kept`, said.controlShed[epoch]![THRESHOLD]!);
      await page.keyboard.press('ArrowRight');
    }
    expect(new Set(seen).size).toBe(EPOCHS + 1);
    expect(said.epochs[0]!.pruned).toBe(0);
    expect(said.epochs[1]!.pruned).toBeGreaterThan(0.05);

    // The last epoch is the end; back are the same pictures.
    expect(await epochOf(page)).toBe(EPOCHS);
    await page.keyboard.press('ArrowLeft');
    await eventually(() => epochOf(page)).toBe(EPOCHS - 1);
    await eventually(async () => (await mapOf(page, 'Pruned run'))!.hash).toBe(seen[EPOCHS - 1]);
  }, 60_000);

  test('Shift and the arrows jump between events; Home and End go to the ends', async () => {
    await replay(3);
    for (const [key, epoch] of [
      ['Home', 0],
      ['Shift+ArrowRight', 1], // pruned
      ['Shift+ArrowRight', EPOCHS - 1], // the rate falls
      ['Shift+ArrowLeft', 1],
      ['End', EPOCHS],
    ] as const) {
      await page.keyboard.press(key);
      await eventually(() => epochOf(page)).toBe(epoch);
    }
  });

  test('Space plays to the end and stops there; [ and ] make it go round', async () => {
    await replay(0);
    await page.keyboard.press('.');
    await page.keyboard.press('.');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await eventually(() => epochOf(page)).toBe(EPOCHS);
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();

    await replay(2);
    await page.keyboard.press('[');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(']');
    await page.keyboard.press('Space');
    const epochs: number[] = [];
    const wrapped = (): boolean => epochs.some((epoch, index) => epoch < (epochs[index - 1] ?? 0));
    await eventually(async () => {
      epochs.push(await epochOf(page));
      return wrapped() && [2, 3, 4].every((epoch) => epochs.includes(epoch));
    }).toBe(true);
    expect(Math.min(...epochs)).toBe(2);
    expect(Math.max(...epochs)).toBe(4);
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await page.keyboard.press('\\');
    await eventually(() => page.getByRole('button', { name: 'Loop' }).getAttribute('aria-pressed')).toBe(
      'false',
    );
  }, 60_000);

  test('a digit opens a layer to its weights, of the run and of the control', async () => {
    await replay(EPOCHS);
    const layer = (await showRun(application.workspace, run)).epochs[EPOCHS]!.layers[3]!;
    await page.keyboard.press('4');
    await page
      .getByRole('img', { name: `Weights of ${layer.name} of the run after epoch ${EPOCHS}` })
      .waitFor();
    await page
      .getByRole('img', { name: `Weights of ${layer.name} of the control after epoch ${EPOCHS}` })
      .waitFor();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByRole('heading', { name: layer.name }).waitFor();
    for (const [name, value] of [
      ['pruned, of all', layer.pruned],
      [`shed ≤ ${THRESHOLD}, of kept`, layer.shed[THRESHOLD]!],
      ['inert, at least, of kept', layer.inertAtLeast],
    ] as const)
      expect(Math.abs((await inspectedShare(page, name)) - value), name).toBeLessThan(ROUNDING);
    expect(layer.pruned).toBeGreaterThan(0.5);

    const pruned = async (role: 'Pruned run' | 'Control') =>
      (await matrixOf(page, role))?.shares.pruned ?? -1;
    await eventually(() => pruned('Pruned run')).toBeGreaterThan(0);
    // The control shows the weights that the run keeps: where the run has pruned, it says so.
    await eventually(() => pruned('Control')).toBeGreaterThan(0.9 * (await pruned('Pruned run')));
    const after = (await matrixOf(page, 'Pruned run'))!.hash;
    await page.keyboard.press('Home');
    await eventually(() => pruned('Pruned run')).toBe(0);
    await eventually(() => pruned('Control')).toBe(0);
    await page.keyboard.press('End');
    await eventually(async () => (await matrixOf(page, 'Pruned run'))?.hash).toBe(after);
    await page.keyboard.press('Escape');
    await eventually(() => page.getByRole('img', { name: /^Weights of/ }).count()).toBe(0);
  });

  test('the address holds the moment: a reload and another tab show the same', async () => {
    await replay(EPOCHS);
    await page.keyboard.press('2');
    for (let back = 0; back < 3; back++) await page.keyboard.press('ArrowLeft');
    await eventually(() => page.url()).toMatch(new RegExp(`epoch=${EPOCHS - 3}&.*layer=`));
    await eventually(async () => (await matrixOf(page, 'Control'))?.shares.active ?? 0).toBeGreaterThan(0);
    const look = async (where: Page) => [
      await epochOf(where),
      (await mapOf(where, 'Pruned run'))?.hash,
      (await mapOf(where, 'Control'))?.hash,
      (await matrixOf(where, 'Pruned run'))?.hash,
    ];
    await eventually(() => look(page)).not.toContain(undefined);
    await runInPage(page, 'settled');
    const before = await look(page);
    await page.reload();
    await page.getByRole('slider', { name: 'Epoch' }).waitFor();
    await eventually(() => look(page)).toEqual(before);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('slider', { name: 'Epoch' }).waitFor();
    await eventually(() => look(other)).toEqual(before);
    await other.close();
  });

  test('scrubbing is immediate: a seek is drawn in its own frame, with the words', async () => {
    await replay(EPOCHS);
    const measure = async (selector: string): Promise<{ frames: number; milliseconds: number }> => {
      const keys = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'Home' : 'End'));
      let seeks: { frames: number }[] = [];
      const work = await mainThreadMilliseconds(page, async () => {
        seeks = await runInPage(page, 'seek', { selector, keys });
      });
      return { frames: median(seeks.map((seek) => seek.frames)), milliseconds: work / keys.length };
    };
    const map = await measure('[aria-label="Pruned run"] canvas[aria-label^="Channels of"]');
    await page.keyboard.press('9');
    await eventually(async () => (await matrixOf(page, 'Pruned run'))?.shares.active ?? 0).toBeGreaterThan(0);
    const matrix = await measure('[aria-label="Pruned run"] canvas[aria-label^="Weights of"]');
    console.info(`Medians of a seek: map ${words(map)}, weights ${words(matrix)}.`);
    for (const { frames, milliseconds } of [map, matrix]) {
      expect(frames).toBe(0);
      expect(milliseconds).toBeLessThan(150);
    }
  }, 60_000);

  test('a step leaves the names of the layers as they are: they are laid out by the network and the room alone', async () => {
    await replay(0);
    const keys = ['ArrowRight', 'ArrowRight', 'End', 'Home', 'ArrowRight'];
    const changed = await runInPage(page, 'mutations', { selector: '.replay-pane .labels', keys });
    expect(changed).toEqual({ elements: 2, count: 0 });
    await eventually(() => epochOf(page)).toBe(1);
  });

  test('steps put no element in the place of another, and do not write the address each time', async () => {
    await replay(1);
    const keys = Array.from({ length: 40 }, (_, at) =>
      at % (2 * EPOCHS) < EPOCHS ? 'ArrowRight' : 'ArrowLeft',
    );
    const selector = '.inspector section, .inspector dt, .timeline .lane span, .legend li';
    const { elements, kept, written } = await runInPage<Record<string, number>>(page, 'steps', {
      selector,
      keys,
    });
    expect(elements).toBeGreaterThan(20);
    expect(kept).toBe(elements);
    // Two a second and the first few, however long forty steps take here: without a bound it would be forty.
    expect(written).toBeLessThan(20);
    await eventually(() => page.url()).toMatch(/epoch=4&/);
    await eventually(() => epochOf(page)).toBe(4);
  });

  test('none of it met an error, or asked anything of others', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});

function words({ frames, milliseconds }: { frames: number; milliseconds: number }): string {
  return `${frames} frame${frames === 1 ? '' : 's'}, ${milliseconds.toFixed(1)} ms`;
}
