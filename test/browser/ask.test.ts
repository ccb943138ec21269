import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAllKinds, RUNS } from '../main/workspace/all-kinds.ts';
import { contrastOf, namelessControls } from './harness/audit.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { layoutOf } from './harness/layout.ts';
import { openWindow, type Window } from './harness/window.ts';

describeInChromium('asking the data', () => {
  let window: Window;
  beforeAll(async () => {
    window = await openWindow('ask', async (workspace) => (await recordAllKinds(workspace)).close());
  }, 120_000);
  afterAll(() => window?.close());

  const sql = (query: string): string => `#/ask?sql=${encodeURIComponent(query)}`;
  const open = (query: string) => window.page.evaluate(`location.hash = ${JSON.stringify(sql(query))}`);
  const told = (): Promise<string> => window.page.getByRole('status').first().innerText();
  const table = () => window.page.getByRole('table', { name: 'Answer' });

  test('a query is written with suggestions, asked with the keyboard, and told as a table, a chart and CSV', async () => {
    const { page } = window;
    await page.getByRole('link', { name: 'Ask' }).click();
    const editor = page.getByRole('textbox', { name: 'Query' });
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('select epoch, test_acc');
    await page.getByRole('option', { name: /test_accuracy/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type(' from epochs order by run, epoch ');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await table().waitFor();
    expect(await table().getByRole('columnheader').allInnerTexts()).toEqual(['epoch', 'test_accuracy']);
    expect(await table().getAttribute('aria-rowcount')).toBe(String(6 * RUNS.length - 1 + 1));
    expect(await told()).toMatch(/^29 rows in /);
    expect(await page.evaluate('location.hash')).toContain('test_accuracy');

    await page.getByRole('button', { name: 'Chart' }).click();
    await page.getByRole('img', { name: 'test_accuracy against epoch: 29 points' }).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    expect((await downloading).suggestedFilename()).toBe('answer.csv');
    await page.reload();
    await page.getByRole('img', { name: 'test_accuracy against epoch: 29 points' }).waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.locator('.earlier optgroup[label="Earlier queries"] option').count()).toBe(1);
  });

  test('a mistake is told in its place, a long query can be cancelled, and the next is answered', async () => {
    const { page } = window;
    await open('select run, test_acuracy\nfrom runs');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toContain("did you mean 'test_accuracy'? (line 1, column 13)");
    await eventually(() =>
      page.locator('.cm-lintRange-error, .cm-problem, [class*=roblem]').count(),
    ).toBeGreaterThan(0);
    await open('with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await eventually(told).toBe('Cancelled.');
    await open('select count(*) as runs from runs');
    await eventually(told).toMatch(/^1 row in /);
    expect(await table().getByRole('cell').allInnerTexts()).toEqual([String(RUNS.length)]);
  });

  test('the views are beside it, found by a word, and a press writes a name', async () => {
    const { page } = window;
    await open('select  from runs');
    await page.getByRole('searchbox', { name: 'Find a view or column' }).fill('stars');
    expect(await page.getByText('Nothing is called that.').count()).toBe(1);
    await page.getByRole('searchbox').fill('starred');
    await page.getByRole('button', { name: 'starred' }).click();
    await eventually(() => page.getByRole('textbox', { name: 'Query' }).innerText()).toContain('starred');
  });

  for (const scheme of ['light', 'dark'] as const)
    test(`${scheme}: readable, named, nothing lies over anything, at three sizes`, async () => {
      const { page } = window;
      await page.emulateMedia({ colorScheme: scheme });
      await open('select arm, seed, mask_sparsity, test_accuracy from runs');
      await table().waitFor();
      for (const as of ['Chart', 'Table']) {
        await page.getByRole('button', { name: as, exact: true }).click();
        await runInPage(page, 'settled');
        expect(await contrastOf(page), as).toMatchObject({ faint: [] });
        expect(await namelessControls(page), as).toMatchObject({ nameless: [] });
        expect(await axeOn(page), as).toMatchObject({ broken: [] });
        for (const [width, height] of [
          [640, 400],
          [1280, 800],
          [1700, 1000],
        ] as const) {
          await page.setViewportSize({ width, height });
          await runInPage(page, 'settled');
          const { unreachable, small, over, sideways } = await layoutOf(page);
          expect({ unreachable, small, over, sideways }, `${as} at ${width}`).toEqual({
            unreachable: [],
            small: [],
            over: [],
            sideways: false,
          });
          if (process.env['ASK_SHOTS'])
            await page.screenshot({ path: `/tmp/ask-${scheme}-${as}-${width}.png` });
        }
        await page.setViewportSize({ width: 1280, height: 800 });
      }
    });

  test('nothing went wrong, and nobody else was asked', () => {
    expect(window.watch).toMatchObject({ errors: [], strangers: [] });
  });
});
