import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTROL, RUN } from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { row } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { openWindow, type Window } from './harness/window.ts';
import { writeRuns } from './harness/written-runs.ts';

describeInChromium('whole runs go from one workspace to another', () => {
  let there: Window;
  let here: Window;
  let file: { name: string; base64: string };

  beforeAll(async () => {
    there = await openWindow('there', writeRuns);
    here = await openWindow('here');
  }, 120_000);
  afterAll(async () => {
    await there?.close();
    await here?.close();
  });

  const card = (name: string) => here.page.getByRole('article', { name: `Import of ${name}` });
  const dropOn = (selector: string, base64: string, name = file.name) =>
    runInPage(here.page, 'drop-bytes', { selector, name, base64 });

  test('a run is exported from its page', async () => {
    const { page } = there;
    await page.evaluate(`location.hash = '#/run?run=${RUN}'`);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const saved = await download;
    file = { name: saved.suggestedFilename(), base64: readFileSync(await saved.path()).toString('base64') };
    expect(file.name).toBe(`study-${RUN}.cascade`);
    await page.getByText(`Exported the run, with 1 that it needs: ${file.name}.`).waitFor();
  });

  test('of a selection the runs are exported, and the result of its study as a page', async () => {
    const { page } = there;
    await page.evaluate(`location.hash = '#/runs?filter=${encodeURIComponent('study = study')}'`);
    await row(page, 'study · arm · seed 1').click();
    await row(page, 'study · control of arm · seed 1').click({ modifiers: ['ControlOrMeta'] });
    const toolbar = page.getByRole('toolbar', { name: 'Actions on the chosen runs' });
    for (const [name, file] of [
      ['Without checkpoints', 'study-2-runs.cascade'],
      ['Result of study (HTML)', 'study.html'],
    ] as const) {
      const download = page.waitForEvent('download');
      if (!(await page.getByRole('button', { name }).isVisible()))
        await toolbar.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('button', { name }).click();
      const saved = await download;
      expect(saved.suggestedFilename()).toBe(file);
      if (file.endsWith('.html'))
        expect(readFileSync(await saved.path(), 'utf8')).toContain('<h2>Numbers after the last epoch</h2>');
    }
  });

  test('dropped anywhere, it is looked into before anything is written, and then taken', async () => {
    const { page } = here;
    await page.evaluate(`location.hash = '#/studies'`);
    await page.getByRole('region', { name: 'Studies' }).waitFor();
    await dropOn('section[aria-label="Studies"]', file.base64);
    await card(file.name).getByText('2 runs: 2 new.').waitFor();
    expect(await card(file.name).getByRole('row').allTextContents()).toEqual([
      'Study · armRunEpochsHere',
      `study · control of arm (needed by another)${CONTROL}4new`,
      `study · arm${RUN}4new`,
    ]);
    expect((await axeOn(page)).broken).toEqual([]);
    await card(file.name).getByRole('button', { name: 'Import' }).click();
    await card(file.name).getByText('Imported: 2 new').waitFor();
    await card(file.name).getByRole('button', { name: 'Close' }).click();
    await page.evaluate(`location.hash = '#/runs'`);
    await row(page, 'study · arm · seed 1').waitFor();
    await row(page, 'study · control of arm · seed 1').waitFor();
  });

  test('again it is here already; a broken one is refused with a sentence; neither leaves a trace', async () => {
    const { page } = here;
    await dropOn('main', file.base64);
    await card(file.name).getByText('2 runs: 2 here already.').waitFor();
    await card(file.name).getByRole('button', { name: 'Cancel' }).click();
    await dropOn(
      'main',
      Buffer.from(file.base64, 'base64').subarray(0, 9_000).toString('base64'),
      'cut.cascade',
    );
    await card('cut.cascade')
      .getByRole('alert')
      .getByText(/is cut short.*Nothing was imported\./)
      .waitFor();
    await card('cut.cascade').getByRole('button', { name: 'Close' }).click();
    await page.evaluate(`location.hash = '#/runs'`);
    await row(page, 'study · arm · seed 1').waitFor();
  });

  test('another workspace is looked into by its folder, with a query', async () => {
    const { page } = here;
    await page.evaluate(`location.hash = '#/workspace'`);
    await page.getByLabel(/^Folder of another workspace/).fill(there.application.workspace);
    await page.getByLabel(/^Only runs such as/).fill('study = sweep and seed = 2');
    await page.getByRole('button', { name: 'Look' }).click();
    const one = card(there.application.workspace);
    await one.getByText('16 runs: 16 new.').waitFor();
    await one.getByRole('button', { name: 'Import' }).click();
    await one.getByText('Imported: 16 new').waitFor();
    await page.getByLabel(/^Only runs such as/).fill('colour = red');
    await page.getByRole('button', { name: 'Look' }).click();
    await page
      .getByRole('alert')
      .getByText(/The query 'colour = red' cannot be read/)
      .waitFor();
    for (const { watch } of [there, here]) expect([watch.errors, watch.strangers]).toEqual([[], []]);
  });
});
