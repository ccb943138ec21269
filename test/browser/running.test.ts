import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { showRun } from './harness/command-line.ts';
import { act, chooseStudy, eventually, goTo, idOf, row, startFile, untilState } from './harness/desk.ts';
import { denseStudy } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

const EPOCHS = 24;
const TITLE = 'long · dense · seed 0';

describeInChromium('runs under way', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let context: BrowserContext;
  let application: Application;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/running` });
    context = await browser.newContext();
    page = await context.newPage();
    watch = watchPage(page, application.origin);
    await page.goto(application.address);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  /** Epochs done, as the row says. */
  const epochsIn = async (where: Page, title = TITLE): Promise<number> => {
    const text = (await row(where, title).textContent()) ?? '';
    return Number(new RegExp(`(\\d+)/${EPOCHS}`).exec(text)?.[1] ?? Number.NaN);
  };

  test('a run is paused, seen so after a reload and in another tab, and goes on where it was', async () => {
    await startFile(page, denseStudy('long', EPOCHS));
    await untilState(page, TITLE, 'running');
    await eventually(() => epochsIn(page), 60_000).toBeGreaterThanOrEqual(2);
    await act(page, 'Pause', TITLE);
    await untilState(page, TITLE, 'paused');
    const epochs = await epochsIn(page);

    await page.reload();
    await untilState(page, TITLE, 'paused');
    const other = await context.newPage();
    await other.goto(application.origin);
    await untilState(other, TITLE, 'paused');
    expect([await epochsIn(page), await epochsIn(other)]).toEqual([epochs, epochs]);
    expect((await showRun(application.workspace, await idOf(page, TITLE))).epochs).toHaveLength(epochs + 1);

    await act(other, 'Resume', TITLE);
    await untilState(page, TITLE, 'running');
    await untilState(other, TITLE, 'running');
    await eventually(() => epochsIn(page), 60_000).toBeGreaterThan(epochs);
    await eventually(async () => (await epochsIn(other)) - (await epochsIn(page))).toBe(0);
    await other.close();
  }, 120_000);

  test('a page that is reloaded while it trains has lost nothing', async () => {
    const before = await epochsIn(page);
    await page.reload();
    await untilState(page, TITLE, 'running');
    expect(await epochsIn(page)).toBeGreaterThanOrEqual(before);
  });

  test('a run is stopped, shown as stopped, resumed and finished, in one piece', async () => {
    const id = await idOf(page, TITLE);
    await act(page, 'Stop', TITLE);
    await untilState(page, TITLE, 'stopped');
    const stopped = (await showRun(application.workspace, id)).epochs.length;
    expect(stopped).toBeLessThan(EPOCHS);
    await eventually(() => page.getByRole('contentinfo', { name: 'Queue' }).textContent()).toContain('empty');
    await act(page, 'Resume', TITLE);
    await untilState(page, TITLE, 'running');
    await untilState(page, TITLE, 'finished');
    const { epochs } = await showRun(application.workspace, id);
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS + 1 }, (_, index) => index));

    await page.getByRole('button', { name: `Open run ${TITLE}` }).click();
    await page.getByRole('tab', { name: 'Events' }).click();
    const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
    const kinds = (await events.locator('strong').allTextContents()).filter((kind) => kind !== 'checkpoint');
    expect(kinds).toEqual([
      'queued',
      'started',
      'paused',
      'resumed',
      'stopped',
      'queued',
      'resumed',
      'finished',
    ]);
    await goTo(page, 'Runs');
  }, 120_000);

  test('what is deleted is in the bin, comes back with one press, and goes for good only after a typed word', async () => {
    const remove = row(page, TITLE).getByRole('button', { name: `Delete run ${TITLE}` });
    const bin = page.getByRole('button', { name: 'Bin (1)' });
    await remove.click();
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row(page, TITLE).waitFor();
    await remove.click();
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
    // Nothing else shows it either.
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command' }).fill(TITLE);
    await page.getByText('Nothing by that name.').waitFor();
    await page.keyboard.press('Escape');

    await bin.click();
    const question = page.getByRole('alertdialog', { name: 'Delete this run for good?' });
    await remove.click();
    await question.waitFor();
    expect(await question.textContent()).toContain(`${EPOCHS} measured epochs`);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    expect(await row(page, TITLE).count()).toBe(1);

    // The safe answer has the focus, and the other needs its word.
    await remove.click();
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'hidden' });
    expect(await row(page, TITLE).count()).toBe(1);

    await remove.click();
    const forGood = question.getByRole('button', { name: 'Delete for good' });
    expect(await forGood.isDisabled()).toBe(true);
    await question.getByRole('textbox').fill('delete');
    await forGood.click();
    await page.getByRole('heading', { name: 'The bin is empty' }).waitFor();
    await page.getByRole('button', { name: 'Back to the runs' }).click();
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
  });

  test('double clicks do what one click does', async () => {
    await chooseStudy(page, denseStudy('twice', EPOCHS));
    await page.getByRole('button', { name: 'Start study' }).dblclick();
    const title = 'twice · dense · seed 0';
    await untilState(page, title, 'running');
    expect(await page.getByRole('row', { name: /^Run / }).count()).toBe(1);
    await eventually(() => epochsIn(page, title), 60_000).toBeGreaterThanOrEqual(1);

    // As slow as a person's: the button in its place does something else by then.
    await slowDoubleClick(page, row(page, title).getByRole('button', { name: `Pause run ${title}` }));
    await untilState(page, title, 'paused');
    const id = await idOf(page, title);
    await row(page, title)
      .getByRole('button', { name: `Stop run ${title}` })
      .dblclick();
    await untilState(page, title, 'stopped');
    // One line carries all that is asked, in order: the second press had asked for nothing.
    const { events } = await showRun(application.workspace, id);
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'checkpoint')).toEqual([
      'queued',
      'started',
      'paused',
      'stopped',
    ]);
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);

    await row(page, title)
      .getByRole('button', { name: `Delete run ${title}` })
      .dblclick();
    await row(page, title).waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').count()).toBe(0);
  }, 120_000);

  test('none of it met an error, or asked anything of others', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});

async function slowDoubleClick(page: Page, button: ReturnType<Page['getByRole']>): Promise<void> {
  const box = await button.boundingBox();
  if (box === null) throw new Error('There is no such button.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (const clickCount of [1, 2]) {
    await page.mouse.down({ clickCount });
    await page.mouse.up({ clickCount });
    await page.waitForTimeout(250);
  }
}
