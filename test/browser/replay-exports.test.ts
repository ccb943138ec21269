import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeSafetensors } from '../../main/codec/safetensors.ts';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { APPLICATION, ENVIRONMENT, LAYERS, newRun, recordOf, RUN } from '../main/workspace/records.ts';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { namelessControls } from './harness/audit.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

const EPOCHS = 5;

/** A checkpoint in which weight i of a layer is (i + 1) / 1000 · 2^−epoch. */
function checkpointOf(epoch: number): { epoch: number; bytes: Uint8Array<ArrayBuffer> } {
  const tensors = LAYERS.map(({ name, weights, shape }) => {
    const values = Float32Array.from({ length: weights }, (_, index) => ((index + 1) / 1000) * 2 ** -epoch);
    return [
      `${name}/kernel`,
      { dtype: 'F32' as const, shape: [...shape] as number[], bytes: new Uint8Array(values.buffer) },
    ] as const;
  });
  const position = JSON.stringify({ epoch, step: epoch, sigmas: null, rewindStep: null });
  return { epoch, bytes: encodeSafetensors({ metadata: { position }, tensors: new Map(tensors) }) };
}

async function writeRun(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  await workspace.addRun(newRun(RUN, { epochsTotal: EPOCHS - 1 }));
  await workspace.setEnvironment(RUN, ENVIRONMENT);
  for (let epoch = 0; epoch < EPOCHS; epoch++)
    await workspace.recordEpoch(RUN, recordOf(epoch), epoch === 2 ? null : checkpointOf(epoch), []);
  await workspace.setState(RUN, 'finished', null);
  await workspace.close();
}

/** Pictures of a GIF and how long each stands, in milliseconds, block by block as its format has them. */
function gifDelays(bytes: Uint8Array): { width: number; height: number; delays: number[] } {
  const word = (at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
  expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe('GIF89a');
  const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const skipBlocks = (from: number): number => {
    let at = from;
    while (bytes[at] !== 0) at += bytes[at]! + 1;
    return at + 1;
  };
  const delays: number[] = [];
  let delay = 0;
  for (let at = 13 + tableBytes(bytes[10]!); bytes[at] !== 0x3b;) {
    if (bytes[at] === 0x21) {
      if (bytes[at + 1] === 0xf9) delay = 10 * word(at + 4);
      at = skipBlocks(at + 2);
    } else {
      expect(bytes[at]).toBe(0x2c);
      delays.push(delay);
      at = skipBlocks(at + 11 + tableBytes(bytes[at + 9]!));
    }
  }
  return { width: word(6), height: word(8), delays };
}

describeInChromium('one weight, histograms and exports of a replay', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let application: Application;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    ensureBuilt();
    await writeRun(join(folder.path, 'replayed'));
    browser = await launchChromium();
    application = await startApplication({ workspace: join(folder.path, 'replayed') });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    watch = watchPage(page, application.origin);
    await page.goto(application.address);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  const show = async (parameters: string): Promise<void> => {
    await page.evaluate(`location.hash = '#/replay?run=${RUN}${parameters}'`);
    await page.getByRole('region', { name: 'Pruned run' }).waitFor();
  };
  const pane = (name: string) => page.getByRole('region', { name, exact: true });
  const download = async (press: () => Promise<void>): Promise<{ name: string; bytes: Uint8Array }> => {
    const [file] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), press()]);
    return { name: file.suggestedFilename(), bytes: new Uint8Array(readFileSync(await file.path())) };
  };

  test('a weight that is typed is told with its value, and where no checkpoint has it with bounds', async () => {
    await show('&epoch=1&layer=dense&weight=4');
    const weight = pane('Weight of dense');
    await eventually(() => weight.locator('dd .value').first().textContent()).toContain('0.0025');
    await weight.getByLabel('Index of the weight in its kernel').fill('999');
    await page.keyboard.press('Enter');
    await eventually(() => weight.locator('dd .value').first().textContent()).toContain('0.0105');
    expect(page.url()).toContain('weight=20');
    await weight.getByLabel('output').fill('0');
    await weight.getByLabel('output').blur();
    await eventually(() => page.url()).toContain('weight=18');
    await eventually(() => weight.locator('dd .value').first().textContent()).toContain('0.0095');
    await eventually(() => weight.textContent()).toContain('1 of 5 epochs have no checkpoint');
    await eventually(() => weight.textContent()).toMatch(/No forecast|Pruned/);
    const matrix = page.getByRole('img', { name: /^Weights of dense/ });
    await matrix.focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await eventually(() => page.url()).not.toContain('weight=18');
    await page.reload();
    await eventually(() => pane('Weight of dense').count()).toBe(1);
  });

  test('histograms follow the moment, by layer and for the whole network', async () => {
    await show('&epoch=3&histograms=shown');
    const histograms = pane('Histograms');
    const kept = recordOf(3).layers.map(({ magnitudes: { zero, counts } }) =>
      counts.reduce((sum, count) => sum + count, zero),
    );
    await eventually(() => histograms.textContent()).toContain(`Of ${kept[0]! + kept[1]!} kept weights`);
    await show('&epoch=3&histograms=shown&layer=conv');
    await eventually(() => histograms.textContent()).toContain(`Of ${kept[0]!} kept weights`);
    await page.keyboard.press('Home');
    await eventually(() => histograms.textContent()).toContain('after epoch 0');
  });

  test('a picture, a video and a GIF have what was asked for, and come from this page alone', async () => {
    await show('&epoch=2');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const exports = pane('Export');
    await exports.getByLabel('Size of pictures and clips').selectOption('small');
    const png = await download(() => exports.getByRole('button', { name: 'PNG' }).click());
    expect(png.name).toBe('study-arm-seed-1-epoch-2.png');
    expect(new DataView(png.bytes.buffer, png.bytes.byteOffset).getUint32(16)).toBe(640);

    await exports.getByLabel('from').fill('1');
    await exports.getByLabel('epochs a second').fill('8');
    await page.keyboard.press('Tab');
    await exports.getByLabel('Format of the clip').selectOption('webm');
    const webm = await download(() => exports.getByRole('button', { name: 'Make the clip' }).click());
    expect(webm.name).toBe('study-arm-seed-1-replay.webm');
    expect([...webm.bytes.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]);
    const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(webm.bytes) });
    const track = (await input.getPrimaryVideoTrack())!;
    expect((await track.computePacketStats()).packetCount).toBe(EPOCHS - 2 + 1.5 * 8);
    expect(Math.abs((await input.computeDuration()) - (3 / 8 + 1.5))).toBeLessThanOrEqual(1 / 8);

    await exports.getByLabel('Format of the clip').selectOption('gif');
    const gif = await download(() => exports.getByRole('button', { name: 'Make the clip' }).click());
    expect(gifDelays(gif.bytes)).toEqual({ width: 640, height: 360, delays: [130, 130, 130, 1500] });
    expect(watch.errors).toEqual([]);
    expect(watch.strangers).toEqual([]);
  });

  test('a filmstrip becomes a figure of the chosen epochs', async () => {
    await show('&epoch=2');
    const exports = pane('Export');
    if ((await exports.count()) === 0)
      await page.getByRole('button', { name: 'Export', exact: true }).click();
    await exports.getByLabel('frames').fill('3');
    await page.keyboard.press('Tab');
    await exports.getByRole('button', { name: 'Make a figure' }).click();
    await eventually(() => page.locator('.paper svg text').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^epoch /)]),
    );
  });

  test('everything has a name, and axe finds nothing serious', async () => {
    await show('&epoch=2&layer=dense&weight=4&histograms=shown');
    await pane('Weight of dense').waitFor();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await pane('Export').waitFor();
    expect((await namelessControls(page)).nameless).toEqual([]);
    expect((await axeOn(page)).broken).toEqual([]);
  });
});
