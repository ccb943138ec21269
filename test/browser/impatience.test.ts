import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTROL, RUN } from '../main/workspace/records.ts';
import { crashTab } from './harness/crash.ts';
import { describeInChromium } from './harness/chromium.ts';
import { act, actionOf, chooseStudy, eventually, goTo, row, untilState, writtenIn } from './harness/desk.ts';
import { runInPage } from './harness/in-page.ts';
import { denseStudy } from './harness/studies.ts';
import type { Watch } from './harness/watch.ts';
import { openWindow, type Window } from './harness/window.ts';
import { writeRuns } from './harness/written-runs.ts';

/** Far more epochs than are trained while it is looked at. */
const LONG = 500;
const TITLE = 'long · dense · seed 0';

describeInChromium('a person who does not wait', () => {
  let window: Window;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    window = await openWindow('impatient', writeRuns);
    ({ page, watch } = window);
    await grid().waitFor();
  }, 120_000);
  afterAll(() => window?.close());

  const grid = (where = page): Locator => where.getByRole('grid', { name: 'Runs' });
  const box = (where = page) => where.getByRole('combobox', { name: 'Filter runs' });
  const selected = () => grid().getByRole('row', { selected: true }).count();
  const dialog = () => page.getByRole('alertdialog');
  const alerts = () => page.getByRole('alert').count();
  const command = () => page.getByRole('combobox', { name: 'Command' });
  const editor = () => page.getByRole('textbox', { name: 'Study text' });
  const own = () => page.getByRole('list', { name: 'Studies of your own' }).getByRole('listitem');
  const fresh = async (): Promise<void> => {
    await page.evaluate(`location.hash = '#/runs'`);
    await grid().waitFor();
    await eventually(selected).toBe(0);
  };
  const view = () => page.locator('[data-scrolls=view]');
  const scrolled = () => view().evaluate(({ scrollTop }: { scrollTop: number }) => Math.round(scrollTop));
  /** Scrolls as far as that, once what is shown is long enough; answers with where it was when it was left, more having come above. */
  const scrollAndLeave = async (top: number, hash: string): Promise<number> => {
    await eventually(() =>
      view().evaluate(
        (element: { scrollTop: number }, to) => (element.scrollTop = to) && element.scrollTop,
        top,
      ),
    ).toBe(top);
    // A scroll is told in the frame after it; the rest of the view may come in that time.
    return page.evaluate<number>(`(async () => {
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      const { scrollTop } = document.querySelector('[data-scrolls=view]');
      location.hash = '${hash}';
      return Math.round(scrollTop);
    })()`);
  };
  const deleteForGood = (where: Locator, title: string): Locator =>
    where.getByRole('button', { name: `Delete run ${title} for good`, exact: true });
  const stays = (): void => expect(new URL(page.url()).hash).toMatch(/^#\/runs(\?|$)/);

  test('the second press of a double press reaches nothing that lay beneath', async () => {
    // Rows lie under the answers of the question.
    const title = 'sweep · rate=0.1 sparsity=0.79 · seed 4';
    await fresh();
    await act(page, 'Delete', title);
    await row(page, title).waitFor({ state: 'detached' });
    for (const [answer, left] of [
      ['Cancel', 1],
      ['Delete for good', 0],
    ] as const) {
      await page.evaluate(`location.hash = '#/runs?scope=bin'`);
      await deleteForGood(row(page, title), title).click();
      await dialog().getByRole('textbox').fill('delete');
      await dialog().getByRole('button', { name: answer }).dblclick();
      await dialog().waitFor({ state: 'detached' });
      await eventually(() => row(page, title).count()).toBe(left);
      expect(await selected(), answer).toBe(0);
      stays();
    }
    // And under the commands of the palette.
    await fresh();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'Runs go to' }).dblclick();
    await command().waitFor({ state: 'detached' });
    expect(await selected()).toBe(0);
    stays();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: /^Theme: light/ }).dblclick();
    await eventually(() => page.locator('html').getAttribute('data-theme')).toBe('light');
    expect(await selected()).toBe(0);
    stays();
  });

  test('nor does the second press of a key, or one that is held', async () => {
    await fresh();
    const first = grid().getByRole('row', { name: /^Run / }).first();
    await first.focus();
    await page.keyboard.press('Control+k');
    await command().waitFor();
    await page.keyboard.type('theme: dark');
    await page.keyboard.press('Enter');
    // What had the focus before has it again: Enter on a row opens it.
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
    await eventually(() => page.locator(':focus').getAttribute('aria-label')).toMatch(/^Run /);
    stays();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: /^Bin/ }).click();
    const binned = grid().getByRole('row', { name: /^Run / }).first();
    await binned.getByRole('button', { name: /^Delete run .* for good$/ }).focus();
    // The safe answer has the focus, and would be given at once.
    for (let times = 0; times < 4; times++) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await binned.getByRole('button', { name: /^Restore run/ }).click();
    await page.getByRole('button', { name: 'Back to the runs' }).click();
    await page.keyboard.down('Control');
    for (let times = 0; times < 4; times++) await page.keyboard.down('k');
    await page.keyboard.up('k');
    await page.keyboard.up('Control');
    await command().waitFor();
    await page.keyboard.press('Escape');
  });

  test('one study is new, one is removed from the list, and one notice dismissed', async () => {
    await goTo(page, 'Studies');
    await page.getByRole('button', { name: 'New', exact: true }).dblclick();
    await eventually(() => writtenIn(editor())).toMatch(/^study: new-study/);
    await eventually(() => own().count()).toBe(1);
    await editor().fill('study: of-my-own\n');
    await page.getByRole('button', { name: 'New', exact: true }).dblclick();
    await eventually(() => own().count()).toBe(2);
    await chooseStudy(page, denseStudy('third', 1));
    await eventually(() => own().count()).toBe(3);
    // The next one takes its place.
    await page.getByRole('button', { name: 'Remove third.yaml from the list' }).dblclick();
    await eventually(() => own().count()).toBe(2);
    expect(await dialog().count()).toBe(0);
    await page.getByRole('button', { name: 'Remove new-study (2).yaml from the list' }).click();
    await page.getByRole('button', { name: 'Remove new-study.yaml from the list' }).dblclick();
    await dialog().getByRole('button', { name: 'Discard' }).dblclick();
    await eventually(() => own().count()).toBe(0);
    expect(await writtenIn(editor())).toMatch(/^study: starter/m);

    for (const name of ['one', 'other'])
      await runInPage(page, 'drop', {
        region: 'Studies',
        ...{ name, mimeType: 'application/yaml', text: '#'.repeat(1_500_000) },
      });
    const notice = page.getByRole('button', { name: 'Dismiss' });
    await eventually(() => notice.count()).toBe(2);
    await notice.last().dblclick();
    await eventually(() => notice.count()).toBe(1);
    await notice.click();
  });

  test('a study that is started twice, and left at once, starts once and calls nobody back', async () => {
    await chooseStudy(page, denseStudy('long', LONG));
    const start = page.getByRole('button', { name: 'Start study' });
    await eventually(() => start.isEnabled()).toBe(true);
    await start.dblclick();
    await page.evaluate(`location.hash = '#/workspace'`);
    await page.getByText(/^Started long: 1 runs?\./).waitFor();
    expect(await page.getByText(/^Started long/).count()).toBe(1);
    expect(new URL(page.url()).hash).toBe('#/workspace');
    await goTo(page, 'Runs');
    await untilState(page, TITLE, 'running');
    expect(await row(page, TITLE).count()).toBe(1);
  }, 60_000);

  test('what was pressed is done, though the page is reloaded in the middle of it', async () => {
    for (const [action, state] of [
      ['Pause', 'paused'],
      ['Resume', 'running'],
      ['Stop', 'stopped'],
    ] as const) {
      await act(page, action, TITLE);
      await page.reload();
      await untilState(page, TITLE, state);
    }
    await act(page, 'Delete', TITLE);
    await page.reload();
    await grid().waitFor();
    await row(page, TITLE).waitFor({ state: 'detached' });

    await chooseStudy(page, denseStudy('long', LONG));
    await page.getByRole('button', { name: 'Start study' }).click();
    await page.reload();
    await goTo(page, 'Runs');
    await untilState(page, TITLE, 'running');
    expect(await alerts()).toBe(0);
  }, 60_000);

  test('two tabs that act on one run at one moment agree, and neither complains', async () => {
    const other = await page.context().newPage();
    await other.goto(page.url());
    await untilState(other, TITLE, 'running');
    /** Presses what is there, in both, before either is told of the other. */
    const press = async (buttons: Locator[]): Promise<void> => {
      const there = await Promise.all(buttons.map((button) => button.elementHandle()));
      await Promise.all(there.map((button) => button!.evaluate((element) => element.click())));
    };
    const both = (mine: string, theirs: string): Promise<void> =>
      press([actionOf(page, mine, TITLE), actionOf(other, theirs, TITLE)]);
    await both('Pause', 'Pause');
    for (const tab of [page, other]) await untilState(tab, TITLE, 'paused');
    await both('Resume', 'Resume');
    for (const tab of [page, other]) await untilState(tab, TITLE, 'running');
    await both('Stop', 'Pause');
    for (const tab of [page, other]) await untilState(tab, TITLE, 'stopped');
    await both('Delete', 'Delete');
    for (const tab of [page, other]) {
      await row(tab, TITLE).waitFor({ state: 'detached' });
      expect(await tab.getByRole('alert').allTextContents()).toEqual([]);
    }
    await other.close();
  }, 60_000);

  test('Back and Forward show every place as it was left, scrolled as it was', async () => {
    await page.setViewportSize({ width: 1280, height: 500 });
    await fresh();
    await box().fill('sweep');
    await grid().getByRole('columnheader', { name: /^Seed/ }).getByRole('button').click();
    await grid().getByRole('row', { name: /^Run / }).nth(2).click();
    await page.evaluate(`location.hash = '#/run?run=${RUN}'`);
    await page.getByRole('button', { name: 'dense', exact: true }).click();
    await page.getByRole('tab', { name: 'Specification' }).click();
    const runAt = await scrollAndLeave(260, `#/replay?run=${RUN}&epoch=1`);
    await page.getByRole('slider', { name: 'Epoch' }).waitFor();
    await eventually(() => page.getByRole('slider', { name: 'Epoch' }).getAttribute('aria-valuenow')).toBe(
      '1',
    );
    const replayAt = await scrollAndLeave(200, `#/run?run=${CONTROL}`);
    await page.getByRole('heading', { level: 1, name: /control of arm/ }).waitFor();
    // Another run begins at its top.
    await eventually(() => scrolled()).toBe(0);
    await goTo(page, 'Studies');
    await eventually(() => writtenIn(editor())).not.toBe('');

    const places: (() => Promise<unknown>)[] = [
      () => page.getByRole('heading', { level: 1, name: /control of arm/ }).waitFor(),
      () => atReplay(),
      () => atRun(),
      () => atRuns(),
    ];
    const atRuns = async (): Promise<void> => {
      await eventually(() => box().inputValue()).toBe('sweep');
      await eventually(selected).toBe(1);
      expect(await grid().getByRole('columnheader', { name: /^Seed/ }).getAttribute('aria-sort')).toBe(
        'descending',
      );
    };
    const atRun = async (): Promise<void> => {
      const tab = page.getByRole('tab', { name: 'Specification' });
      await eventually(() => tab.getAttribute('aria-selected')).toBe('true');
      await eventually(() => scrolled()).toBe(runAt);
    };
    const atReplay = async (): Promise<void> => {
      const slider = page.getByRole('slider', { name: 'Epoch' });
      await eventually(() => slider.getAttribute('aria-valuenow')).toBe('1');
      await eventually(() => scrolled()).toBe(replayAt);
    };
    for (const there of places) {
      await page.goBack();
      await there();
    }
    for (const there of places.toReversed().slice(1)) {
      await page.goForward();
      await there();
    }
    await page.goForward();
    await eventually(() => writtenIn(editor())).not.toBe('');
    await page.goBack();
    await page.goBack();
    await atReplay();
    await page.reload();
    await atReplay();
    await page.goBack();
    await atRun();
    await page.setViewportSize({ width: 1280, height: 800 });
  }, 60_000);

  test('a tab whose process crashed is the same when it is loaded again, with all that was typed', async () => {
    const doomed = await page.context().newPage();
    await doomed.goto(page.url());
    await doomed.evaluate(`location.hash = '#/studies'`);
    const text = doomed.getByRole('textbox', { name: 'Study text' });
    await eventually(() => writtenIn(text)).not.toBe('');
    await doomed.getByRole('button', { name: 'New', exact: true }).click();
    await text.fill('study: typed-before-the-crash\n');
    await doomed
      .getByText(/^changed .*, saved$/)
      .first()
      .waitFor();
    await doomed.evaluate(`location.hash = '#/runs?filter=sweep&sort=seed.desc'`);
    await eventually(() => grid(doomed).getAttribute('aria-rowcount')).toBe('80');
    // Alone: no other tab gives it the key.
    await page.goto('about:blank');
    const tab = await crashTab(doomed);
    await tab.reload();
    const seen = () =>
      tab.evaluate(`document.querySelector('[data-filter]')?.value + ' ' +
        document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') + ' ' +
        document.querySelector('main [role=alert]')`);
    await eventually(seen).toBe('sweep 80 null');

    // Its address alone, in another tab.
    const again = await page.context().newPage();
    await again.goto(`${window.application.origin}/#/studies?file=new-study.yaml`);
    await eventually(() => writtenIn(again.getByRole('textbox', { name: 'Study text' }))).toBe(
      'study: typed-before-the-crash\n',
    );
    await again.close();
  }, 60_000);

  test('none of it met an error', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
