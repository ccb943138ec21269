import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN } from '../main/workspace/records.ts';
import { longWays } from './harness/audit.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually, goTo, writtenIn } from './harness/desk.ts';
import { mapOf, matrixOf } from './harness/replay.ts';
import type { Watch } from './harness/watch.ts';
import { openWindow, type Window } from './harness/window.ts';
import { AHEAD, RUNS, WAITING, writeRuns } from './harness/written-runs.ts';

describeInChromium('coming back to where one was', () => {
  let window: Window;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    window = await openWindow('back', writeRuns);
    ({ page, watch } = window);
    await grid().waitFor();
  }, 120_000);
  afterAll(() => window?.close());

  const grid = (): Locator => page.getByRole('grid', { name: 'Runs' });
  const box = () => page.getByRole('combobox', { name: 'Filter runs' });
  const rows = () => grid().getByRole('row', { name: /^Run / });
  const sortOf = (heading: string) =>
    grid()
      .getByRole('columnheader', { name: new RegExp(`^${heading}`) })
      .getAttribute('aria-sort');
  /** What is seen of the table. */
  const seen = async () => ({
    filter: await box().inputValue(),
    count: await grid().getAttribute('aria-rowcount'),
    sort: await sortOf('Seed'),
    selected: await grid().getByRole('row', { selected: true }).allInnerTexts(),
    scrolled: await grid()
      .locator('.body')
      .evaluate((body: { scrollTop: number }) => Math.round(body.scrollTop / 34)),
  });

  test('the table of runs is as it was: on Back, by its link, after a reload, and in another tab', async () => {
    await box().fill('sweep');
    await eventually(() => grid().getAttribute('aria-rowcount')).toBe(String(RUNS + 1));
    const heading = grid().getByRole('columnheader', { name: /^Seed/ });
    await heading.getByRole('button').click();
    await eventually(() => sortOf('Seed')).toBe('descending');
    await rows().first().hover();
    await page.mouse.wheel(0, 34 * 30);
    await rows().nth(14).click();
    await eventually(async () => (await seen()).scrolled).toBe(30);
    const before = await seen();
    expect(before).toMatchObject({ filter: 'sweep', selected: [expect.stringContaining('sweep')] });

    // At once after the last change, by a button, a link and the keys.
    await rows()
      .nth(14)
      .getByRole('button', { name: /^Open run/ })
      .click();
    await page.getByRole('region', { name: 'Run', exact: true }).waitFor();
    await page.goBack();
    await eventually(seen).toEqual(before);
    await goTo(page, 'Workspace');
    await goTo(page, 'Runs');
    await eventually(seen).toEqual(before);
    await page.reload();
    await grid().waitFor();
    await eventually(seen).toEqual(before);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await eventually(() => other.getByRole('combobox', { name: 'Filter runs' }).inputValue()).toBe('sweep');
    await other.close();

    await box().fill('sweep seed 1');
    await eventually(() => grid().getAttribute('aria-rowcount')).toBe('17');
    await page.reload();
    await eventually(() => box().inputValue()).toBe('sweep seed 1');
    await eventually(() => grid().getAttribute('aria-rowcount')).toBe('17');
  });

  test('a filter that cannot be read says why, where, and what is shown instead', async () => {
    const all = String(RUNS + 1);
    const problem = page.getByRole('status').filter({ hasText: 'There is no key' });
    await box().fill('seed = 1');
    await eventually(() => grid().getAttribute('aria-rowcount')).not.toBe(all);
    const before = await grid().getAttribute('aria-rowcount');
    await box().fill('seeds = 1');
    await problem.waitFor();
    expect(await problem.textContent()).toContain('did you mean seed?');
    expect(await problem.textContent()).toContain('seed = 1');
    expect(await page.locator('.mirror u').textContent()).toBe('seeds');
    expect(await box().getAttribute('aria-invalid')).toBe('true');
    expect(await grid().getAttribute('aria-rowcount')).toBe(before);
    await box().fill('no-such-name');
    await page.getByRole('heading', { name: 'No run matches' }).waitFor();
    // A name that would be read as something else stands in quotation marks.
    await box().fill('"rate=0.1"');
    await eventually(() => grid().getAttribute('aria-rowcount')).toBe(all);
    await box().fill('');
    await problem.waitFor({ state: 'detached' });
  });

  test('a run is shown as it was: its tab, layer, epoch and threshold', async () => {
    await page.evaluate(`location.hash = '#/run?run=${RUN}'`);
    const tab = page.getByRole('tab', { name: 'Numbers' });
    const threshold = page.getByRole('combobox', { name: 'Threshold' });
    await page.getByRole('button', { name: 'dense', exact: true }).click();
    await tab.click();
    await threshold.selectOption('1e-3');
    await goTo(page, 'Runs');
    // Another threshold is preferred meanwhile.
    await page.getByRole('combobox', { name: 'Threshold' }).selectOption('1e-2');
    for (const again of [() => page.goBack(), () => page.reload()]) {
      await again();
      await eventually(() => tab.getAttribute('aria-selected')).toBe('true');
      expect(await threshold.inputValue()).toBe('1e-3');
    }
    await page.getByRole('tab', { name: 'Layers' }).click();
    expect(await page.getByRole('button', { name: 'dense', exact: true }).getAttribute('aria-pressed')).toBe(
      'true',
    );
  });

  test('a replay is at its moment: its epoch, channel and loop', async () => {
    await page.evaluate(`location.hash = '#/replay?run=${RUN}&epoch=2'`);
    const channel = page.getByRole('complementary', { name: 'Inspector' }).getByRole('heading', { level: 2 });
    const map = page.getByRole('region', { name: 'Pruned run' }).getByRole('img', { name: /^Channels/ });
    await map.waitFor();
    await page.getByText('Reading the channels').first().waitFor({ state: 'detached' });
    await map.click({ position: { x: 9, y: 40 } });
    await page.keyboard.press('[');
    await eventually(() => channel.textContent()).toMatch(/· channel/);
    const before = await channel.textContent();
    const loop = page.getByRole('button', { name: 'Loop' });
    for (const again of [() => page.reload(), () => goTo(page, 'Runs').then(() => page.goBack())]) {
      await again();
      await eventually(() => channel.textContent()).toBe(before);
      await eventually(() => loop.getAttribute('title')).toContain('Loop from 2 to 3');
      expect(await page.getByTestId('epoch').textContent()).toBe('2');
    }
  });

  test('a control cannot be deleted, and says so before one asks; a stopped one is not waited for', async () => {
    await page.evaluate(`location.hash = '#/runs?filter=control'`);
    const remove = page.getByRole('button', { name: 'Delete run study · control of arm · seed 1' });
    expect(await remove.getAttribute('aria-disabled')).toBe('true');
    await remove.click({ force: true });
    await page.getByText('It is the control of a run, to be deleted first: study · arm · seed 1').waitFor();
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.evaluate(`location.hash = '#/replay?run=${WAITING}&epoch=1'`);
    const control = page.getByRole('region', { name: 'Control', exact: true });
    await control.getByText('is stopped and has measured no epoch: resume it').waitFor();
    expect(await page.getByText('Reading the').count()).toBe(0);
  });

  test('of an epoch that a control has not measured no picture is shown, not that of another either', async () => {
    await page.evaluate(`location.hash = '#/replay?run=${AHEAD}&epoch=0&layer=conv'`);
    const drawn = async (): Promise<number[]> =>
      (await Promise.all([mapOf(page, 'Control'), matrixOf(page, 'Control')])).map((picture) =>
        Object.values(picture?.shares ?? {}).reduce((sum, share) => sum + share, 0),
      );
    await eventually(async () => Math.min(...(await drawn()))).toBeGreaterThan(0);
    await page.keyboard.press('ArrowRight');
    const control = page.getByRole('region', { name: 'Control', exact: true });
    await control.getByText('is stopped after epoch 0; epoch 1 was not measured').waitFor();
    await eventually(drawn).toEqual([0, 0]);
    expect(await control.locator('header .value').allTextContents()).toEqual(Array(7).fill('–'));
    await page.keyboard.press('ArrowLeft');
    await eventually(async () => Math.min(...(await drawn()))).toBeGreaterThan(0);
  });

  test('a typed study outlives a reload, other studies, and its page; it is discarded when one says so', async () => {
    await goTo(page, 'Studies');
    const editor = (where: Page = page) => where.getByRole('textbox', { name: 'Study text' });
    const bundled = (where: Page = page) =>
      where.getByRole('list', { name: 'Bundled studies' }).getByRole('button');
    await bundled().first().click();
    await eventually(() => writtenIn(editor())).not.toBe('');
    const base = await writtenIn(editor());
    await editor().fill(`# typed\n${base}`);
    // Another study, at once.
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await eventually(() => writtenIn(editor())).toMatch(/^study: new-study/);
    expect(await bundled().first().textContent()).toContain('changed');
    await page.getByRole('button', { name: 'Remove new-study.yaml from the list' }).click();
    await bundled().first().click();
    expect(await writtenIn(editor())).toBe(`# typed\n${base}`);
    await page.reload();
    await eventually(() => writtenIn(editor())).toBe(`# typed\n${base}`);

    // A new one, in another page that is closed at once.
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('button', { name: 'New', exact: true }).click();
    await eventually(() => writtenIn(editor(other))).toMatch(/^study: new-study/);
    await editor(other).fill('study: of-my-own\n');
    const own = (where: Page) => where.getByRole('list', { name: 'Studies of your own' });
    await own(other).getByText('changed').waitFor();
    await other.close();
    await own(page)
      .getByRole('button', { name: /^new-study/ })
      .click();
    await eventually(() => writtenIn(editor())).toBe('study: of-my-own\n');

    const dialog = page.getByRole('alertdialog');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await writtenIn(editor())).toBe('study: of-my-own\n');
    await page.getByRole('button', { name: 'Remove new-study.yaml from the list' }).click();
    await dialog.getByRole('button', { name: 'Discard' }).click();
    await own(page).waitFor({ state: 'detached' });
    await eventually(() => writtenIn(editor())).toBe(`# typed\n${base}`);
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await dialog.getByRole('button', { name: 'Discard' }).click();
    await eventually(() => writtenIn(editor())).toBe(base);
    await page.reload();
    await eventually(() => writtenIn(editor())).toBe(base);
  });

  test('a choice of many runs is one stop of the Tab key, and the arrows go through it', async () => {
    await page.evaluate(`location.hash = '#/replay'`);
    const runs = page.getByRole('region', { name: 'Replay' }).getByRole('listitem').getByRole('button');
    await eventually(() => runs.count()).toBeGreaterThan(RUNS);
    expect(await longWays(page)).toEqual([]);
    await runs.first().focus();
    await page.keyboard.press('ArrowDown');
    const focused = () => page.locator(':focus').textContent();
    expect(await focused()).toBe(await runs.nth(1).textContent());
    await page.keyboard.press('End');
    expect(await focused()).toBe(await runs.last().textContent());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe(await runs.last().textContent());
  });

  test('none of it met an error', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
