import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeImages } from '../main/runs/fixtures.ts';
import { contrastOf } from './harness/audit.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { chooseStudy, eventually, goTo, startStudy, untilState } from './harness/desk.ts';
import { studyFile } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { openWindow, type Window } from './harness/window.ts';

describeInChromium('data that were replaced', () => {
  const data = temporaryFolder();
  const images = `${data.path}/letters`;
  const study = studyFile(
    'letters.yaml',
    JSON.stringify({
      study: 'letters',
      seeds: [0],
      shared: {
        dataset: { name: 'idx', folder: images, validation: 100 },
        model: 'lenet-300-100',
        batchSize: 50,
        epochs: 1,
        optimizer: 'sgd',
        learningRate: { name: 'constant', rate: 0.05 },
      },
      arms: [{ name: 'dense' }],
    }),
  );
  let window: Window;
  beforeAll(async () => {
    mkdirSync(images);
    writeImages(images, 200, 100);
    window = await openWindow('changed-data');
  }, 120_000);
  afterAll(async () => {
    await window?.close();
    data.remove();
  });

  test('are told of, block the start until they are accepted, and are asked about once', async () => {
    const { page, watch } = window;
    const start = () => page.getByRole('button', { name: 'Start study' });
    const box = () => page.getByRole('checkbox', { name: 'Keep runs of the old data' });
    const warnings = () => page.getByRole('list', { name: 'Warnings' }).getByRole('listitem');
    await chooseStudy(page, study);
    await startStudy(page);
    await untilState(page, 'letters · dense · seed 0', 'finished');

    // They are replaced while the study is before one, which then says so.
    await goTo(page, 'Studies');
    await start().waitFor();
    await eventually(() => start().isEnabled()).toBe(true);
    expect(await box().count()).toBe(0);
    writeImages(images, 200, 100, 1);
    await start().click();
    await box().waitFor();
    expect(await start().isDisabled()).toBe(true);
    expect(await page.getByText('To start, tick that box').count()).toBe(1);
    expect(await warnings().allTextContents()).toEqual([expect.stringContaining("'dense' used other data")]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect((await axeOn(page)).broken).toEqual([]);
      expect((await contrastOf(page)).faint).toEqual([]);
    }

    // By keys alone.
    await box().focus();
    await page.keyboard.press('Space');
    await eventually(() => start().isEnabled()).toBe(true);
    await eventually(() => page.getByRole('row').filter({ hasText: 'dense' }).textContent()).toContain('new');
    await startStudy(page);
    await eventually(() => page.getByRole('row', { name: /^Run letters · dense \(data / }).count()).toBe(1);

    await goTo(page, 'Studies');
    await eventually(() => start().isEnabled()).toBe(true);
    expect(await box().count()).toBe(0);
    writeImages(images, 200, 100, 2);
    await start().click();
    await box().waitFor();
    expect(await box().isChecked()).toBe(false);
    expect(await start().isDisabled()).toBe(true);
    expect(watch.errors).toEqual([]);
  }, 180_000);
});
