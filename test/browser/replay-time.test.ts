import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import {
  APPLICATION,
  CONTROL,
  ENVIRONMENT,
  countedRecordOf,
  newRun,
  RUN,
} from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { epochOf, mapOf } from './harness/replay.ts';
import { openWindow, type Window } from './harness/window.ts';

const LAST = 40;
/** The same arm at another seed, of which fewer epochs were asked for. */
const SHORT = '000000000001-s2';
const SHORT_LAST = 12;
const OTHER = '000000000007-s1';

async function write(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  const runs: [string, number, Parameters<typeof newRun>[1]][] = [
    [CONTROL, LAST, { prunes: false, arm: 'control of arm' }],
    [RUN, LAST, { control: CONTROL }],
    [SHORT, SHORT_LAST, { seed: 2 }],
    [OTHER, LAST, { arm: 'other' }],
  ];
  for (const [salt, [id, last, changes]] of runs.entries()) {
    await workspace.addRun(newRun(id, { epochsTotal: last, pruningEpochs: [5], ...changes }));
    await workspace.setEnvironment(id, ENVIRONMENT);
    for (let epoch = 0; epoch <= last; epoch++)
      await workspace.recordEpoch(
        id,
        countedRecordOf(epoch, salt),
        null,
        epoch !== 5 || id === CONTROL
          ? []
          : [
              {
                kind: 'pruned',
                epoch,
                message: 'Pruned 50.00% of all.',
                data: {
                  testAccuracyBefore: 0.9,
                  testAccuracyAfter: 0.4,
                  testLossBefore: 0.25,
                  testLossAfter: 1.5,
                },
              },
            ],
      );
    await workspace.setState(id, 'finished', null);
  }
  await workspace.close();
}

describeInChromium('runs in step, and time', () => {
  let window: Window;
  let page: Page;
  const go = (hash: string): Promise<unknown> => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  const region = (name: RegExp | string) => page.getByRole('region', { name });
  /** Counts, from now on, what a canvas within some elements is painted with. */
  const countPaintings = (method: string, within: string): Promise<unknown> =>
    page.evaluate(`(() => {
      const paint = CanvasRenderingContext2D.prototype['${method}'];
      globalThis.painted = 0;
      CanvasRenderingContext2D.prototype['${method}'] = function (...rest) {
        if (this.canvas.closest('${within}')) globalThis.painted += 1;
        return paint.apply(this, rest);
      };
    })()`);
  const range = (): Promise<string> => page.getByTestId('range').innerText();

  beforeAll(async () => {
    window = await openWindow('time', write);
    ({ page } = window);
    await page.getByRole('grid', { name: 'Runs' }).waitFor();
  }, 60_000);
  afterAll(() => window?.close());

  test('runs that are chosen in the list are replayed in step; one that ended is held there, and says so', async () => {
    for (const [at, id] of [RUN, SHORT, OTHER].entries())
      await page.locator(`[data-run="${id}"]`).click({ modifiers: at === 0 ? [] : ['Control'] });
    await page.getByRole('button', { name: 'Replay side by side' }).click();
    await eventually(() => page.url()).toMatch(/#\/replay\?run=.*beside=[^&]+/);
    await page.getByRole('slider', { name: 'Epoch', exact: true }).waitFor();
    expect(await page.locator('.replay-pane').count()).toBe(3);
    await page.keyboard.press('End');
    await eventually(() => epochOf(page)).toBe(LAST);
    const held = page.getByText(`This run ended at epoch ${SHORT_LAST}, and is held there.`);
    await held.waitFor();
    expect(await held.count()).toBe(1);
    await page.keyboard.press('Home');
    await held.waitFor({ state: 'detached' });
  });

  test('another run is chosen beside, from the keys too, and the address has it; a channel is pointed at in all maps', async () => {
    await go(`#/replay?run=${RUN}&epoch=7`);
    await region('Control').waitFor();
    await page.getByRole('button', { name: 'Beside: its control' }).click();
    await page.getByRole('region', { name: 'The same arm, other seeds' }).getByRole('checkbox').check();
    await page
      .getByRole('textbox', { name: 'Runs to choose from' })
      .or(page.getByRole('searchbox'))
      .fill('other');
    await page
      .getByRole('region', { name: /^Other arms/ })
      .getByRole('checkbox')
      .check();
    await page.keyboard.press('Escape');
    await eventually(() => page.url()).toContain(
      `beside=${encodeURIComponent([CONTROL, SHORT, OTHER].join(','))}`,
    );
    expect(await page.locator('.replay-pane').count()).toBe(4);
    await region(/^B: control of arm/).waitFor();
    await eventually(async () => (await mapOf(page, 'Pruned run'))?.shares.active ?? 0).toBeGreaterThan(0);
    const cells = region('Pruned run').locator('canvas[aria-label^="Channels of"]');
    await cells.hover({ position: { x: 4, y: 4 } });
    await eventually(() => page.locator('.replay-pane .tip', { hasText: 'conv · channel 0' }).count()).toBe(
      4,
    );
    await page.reload();
    await page.getByRole('slider', { name: 'Epoch', exact: true }).waitFor();
    expect(await page.locator('.replay-pane').count()).toBe(4);
    // A step of four runs moves the cursors of the charts, and draws no curve anew.
    await page.locator('.chart canvas').nth(3).waitFor();
    await runInPage(page, 'settled');
    await countPaintings('clearRect', '.chart');
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    await eventually(() => epochOf(page)).toBe(12);
    expect(await page.evaluate('globalThis.painted')).toBe(0);
    expect(await axeOn(page)).toMatchObject({ broken: [] });
  });

  test('a part of the epochs is shown: by keys, the wheel and the brush; it is looped, and the address has it', async () => {
    await go(`#/replay?run=${RUN}&epoch=20`);
    const slider = page.getByRole('slider', { name: 'Epoch', exact: true });
    await slider.waitFor();
    await eventually(range).toBe(`0 – ${LAST} of ${LAST}`);
    await page.keyboard.press('+');
    await eventually(range).toBe(`10 – 30 of ${LAST}`);
    await eventually(() => page.url()).toContain('zoom=10-30');
    await page.keyboard.press('l');
    await eventually(() => page.url()).toContain('loop=10-30');
    await page.keyboard.press('l');
    // The moment does not leave what is shown.
    await page.keyboard.press('End');
    await eventually(range).toBe(`20 – 40 of ${LAST}`);
    await page.keyboard.press('z');
    await eventually(range).toBe(`0 – ${LAST} of ${LAST}`);

    const box = (await slider.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await eventually(range).not.toBe(`0 – ${LAST} of ${LAST}`);
    const [, from = '', to = ''] = /^(\d+) – (\d+)/.exec(await range()) ?? [];
    expect(Math.abs((Number(from) + Number(to)) / 2 - LAST / 2)).toBeLessThanOrEqual(1);
    await page.getByRole('button', { name: 'Show all epochs' }).click();

    const line = (await page.getByRole('group', { name: 'Epochs shown' }).boundingBox())!;
    const drag = async (share: number, until: number): Promise<void> => {
      await page.mouse.move(line.x + line.width * share, line.y + 7);
      await page.mouse.down();
      await page.mouse.move(line.x + line.width * until, line.y + 7, { steps: 4 });
      await page.mouse.up();
    };
    await drag(0.25, 0.5);
    await eventually(range).toBe(`10 – 20 of ${LAST}`);
    // What is shown is taken along.
    await drag(0.375, 0.625);
    await eventually(range).toBe(`20 – 30 of ${LAST}`);
    await page.getByRole('slider', { name: 'Timeline begins at' }).focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(range).toBe(`19 – 30 of ${LAST}`);
    await page.reload();
    await eventually(range).toBe(`19 – 30 of ${LAST}`);
  });

  test('tracks tell the states of each layer, and lead to an epoch', async () => {
    await go(`#/replay?run=${RUN}&epoch=0&threshold=1e-3`);
    await page.getByRole('slider', { name: 'Epoch', exact: true }).waitFor();
    await page.getByRole('button', { name: /^Layers/ }).click();
    const track = page.getByRole('img', { name: 'States of the weights of dense, epoch by epoch' });
    const box = (await track.boundingBox())!;
    // Right of the last epoch are ten pixels.
    const at = box.x + ((box.width - 10) * 10) / LAST;
    await page.mouse.move(at, box.y + 8);
    const words = page.locator('.timeline .words');
    await eventually(() => words.innerText()).toMatch(
      /^epoch 10 · dense, of 21 weights: active \d+\.\d% \(\d+\)/,
    );
    await page.mouse.down();
    await page.mouse.up();
    await eventually(() => epochOf(page)).toBe(10);
    await page.mouse.move(2, 300);
    await page.getByRole('region', { name: 'Time' }).getByRole('button', { name: 'Open layer conv' }).focus();
    await eventually(() => words.innerText()).toMatch(/^epoch 10 · conv, of 36 weights: /);
    // A step draws no track anew.
    await countPaintings('putImageData', '.state-track');
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    await eventually(() => epochOf(page)).toBe(15);
    expect(await page.evaluate('globalThis.painted')).toBe(0);
    // What is counted is counted.
    await page.keyboard.press('+');
    await eventually(() => page.evaluate('globalThis.painted')).toBeGreaterThan(0);
  });

  test('events tell accuracy and loss before and after, and lead to their epochs', async () => {
    await go(`#/replay?run=${RUN}&epoch=0&panel=events`);
    const row = page.getByRole('row', { name: /pruning/ });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/90\.00% → 40\.00%\s+0\.25 → 1\.5/);
    await page.getByRole('button', { name: 'Go to epoch 5: pruning' }).click();
    await eventually(() => epochOf(page)).toBe(5);
  });

  test('a bookmark has a note, is in every window, and comes back when it was removed', async () => {
    await go(`#/replay?run=${RUN}&epoch=9&channel=conv:2`);
    await page.getByRole('slider', { name: 'Epoch', exact: true }).waitFor();
    await page.keyboard.press('b');
    const note = page.getByRole('textbox', { name: 'Note to epoch 9, conv · channel 2' });
    await eventually(() => page.locator(':focus').getAttribute('aria-label')).toBe(
      'Note to epoch 9, conv · channel 2',
    );
    await page.keyboard.type('begins here');
    await page.keyboard.press('Enter');
    const other = await page.context().newPage();
    await other.goto(`${window.application.origin}/#/replay?run=${RUN}&epoch=0&panel=bookmarks`);
    await eventually(() =>
      other.getByRole('textbox', { name: 'Note to epoch 9, conv · channel 2' }).inputValue(),
    ).toBe('begins here');
    await other.getByRole('button', { name: 'epoch 9, conv · channel 2', exact: true }).click();
    await eventually(() => epochOf(other)).toBe(9);
    await eventually(() => other.url()).toContain('channel=conv%3A2');
    await other.getByRole('button', { name: /^Remove the bookmark/ }).click();
    await note.waitFor({ state: 'detached' });
    await other.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => note.inputValue()).toBe('begins here');
    await other.close();
    expect(await axeOn(page)).toMatchObject({ broken: [] });
  });

  test('none of it met an error, or asked anything of others', () => {
    expect(window.watch).toMatchObject({ errors: [], strangers: [] });
  });
});
