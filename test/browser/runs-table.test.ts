import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layoutOf } from '../../main/workspace/layout.ts';
import { openForQueries, runQuery } from '../../main/workspace/query/run-query.ts';
import { openWorkspace, type Workspace } from '../../main/workspace/workspace.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually, row } from './harness/desk.ts';
import type { Watch } from './harness/watch.ts';
import { openWindow, type Window } from './harness/window.ts';

const SEEDS = 4;
const LAST = 2;
const ARMS = ['low', 'high'] as const;
const idOf = (arm: string, seed: number): string =>
  `${{ low: 'a', high: 'b', control: 'c' }[arm]!.repeat(12)}-s${seed}`;
const title = (arm: string, seed: number): string => `folds · ${arm} · seed ${seed}`;

/** Two arms of four seeds beside their controls; one run is not finished. */
async function writeArms(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  for (let seed = 0; seed < SEEDS; seed++) {
    await write(workspace, 'control', seed, { prunes: false });
    for (const arm of ARMS) await write(workspace, arm, seed, { control: idOf('control', seed) });
  }
  await workspace.close();
}

async function write(workspace: Workspace, arm: string, seed: number, more: object): Promise<void> {
  const id = idOf(arm, seed);
  await workspace.addRun(newRun(id, { hash: id.slice(0, 12), seed, study: 'folds', arm, ...more }));
  await workspace.setEnvironment(id, ENVIRONMENT);
  for (let epoch = 0; epoch <= LAST; epoch++)
    await workspace.recordEpoch(id, recordOf(epoch, 10 * seed + arm.length), null, []);
  await workspace.setState(id, arm === 'high' && seed === 3 ? 'stopped' : 'finished', null);
}

describeInChromium('the table of runs', () => {
  let window: Window;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    window = await openWindow('table', writeArms);
    ({ page, watch } = window);
    await grid().waitFor();
  }, 120_000);
  afterAll(() => window?.close());

  const grid = (): Locator => page.getByRole('grid', { name: 'Runs' });
  const box = (): Locator => page.getByRole('combobox', { name: 'Filter runs' });
  const group = (name: string): Locator =>
    grid().getByRole('row', { name: `Group folds · ${name}`, exact: true });
  const shown = async (): Promise<number> => Number(await grid().getAttribute('aria-rowcount')) - 1;
  const head = (name: RegExp): Locator => grid().getByRole('columnheader', { name });
  const toolbar = (): Locator => page.getByRole('toolbar', { name: 'Actions on the chosen runs' });
  const fresh = async (parameters = ''): Promise<void> => {
    await page.evaluate(`location.hash = '#/runs${parameters}'`);
    await grid().waitFor();
  };
  /** Numbers of finished runs, asked of the workspace by SQL. */
  const asked = <T>(sql: string): T[] => {
    const database = openForQueries(layoutOf(window.application.workspace).database);
    try {
      const { columns, rows } = runQuery(database, sql, 100);
      return rows.map((values) => Object.fromEntries(columns.map((name, at) => [name, values[at]])) as T);
    } finally {
      database.close();
    }
  };

  test('the filter completes keys, operators and values from the keyboard', async () => {
    await box().pressSequentially('sta');
    await page
      .getByRole('option', { name: /^state/ })
      .first()
      .waitFor();
    await page.keyboard.press('ArrowDown');
    const active = await box().getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).textContent()).toContain('state');
    await page.keyboard.press('Enter');
    expect(await box().inputValue()).toMatch(/^state /);
    await box().pressSequentially('= sto');
    await page.getByRole('option', { name: 'stopped' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect((await box().inputValue()).trim()).toBe('state = stopped');
    await page.keyboard.press('Escape');
    await eventually(shown).toBe(1);
    await row(page, title('high', 3)).waitFor();
    await box().fill('arm in [low, high] and seed >= 2');
    await eventually(shown).toBe(4);
  });

  test('several columns sort, with Shift; all of it is in the address, and Back restores it', async () => {
    await fresh();
    await head(/^Arm/).getByRole('button').click();
    await head(/^Seed/)
      .getByRole('button')
      .click({ modifiers: ['Shift'] });
    await eventually(() => page.url()).toContain('sort=arm%2C-seed');
    const labels = (): Promise<(string | null)[]> =>
      grid()
        .getByRole('row', { name: /^Run / })
        .evaluateAll((rows) => rows.slice(0, 2).map((each) => each.getAttribute('aria-label')));
    const first = [`Run ${title('control', 3)}`, `Run ${title('control', 2)}`];
    await eventually(labels).toEqual(first);
    await fresh('?filter=arm%20%3D%20low');
    await eventually(shown).toBe(SEEDS);
    await page.goBack();
    await eventually(labels).toEqual(first);
    await page.reload();
    await eventually(labels).toEqual(first);
  });

  test('seeds fold with one press: mean, spread and n of finished runs, as SQL has them', async () => {
    await fresh();
    await page.getByRole('button', { name: 'Fold seeds' }).click();
    await eventually(shown).toBe(3);
    for (const arm of [...ARMS, 'control']) {
      const rows = asked<{ accuracy: number }>(
        `select test_accuracy as accuracy from runs where arm = '${arm}' and state = 'finished' order by seed`,
      );
      const values = rows.map(({ accuracy }) => accuracy);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
      const cells = await group(arm).getByRole('gridcell').allTextContents();
      expect(cells[1]!.trim(), arm).toMatch(arm === 'high' ? /^3\s*\+1 unfinished$/ : /^4$/);
      expect(cells, arm).toContain(`${(100 * mean).toFixed(2)} ± ${(100 * sd).toFixed(2)}%`);
    }
    const [pairs] = asked<{ over: number; n: number }>(
      `select avg(run.test_accuracy - control.test_accuracy) as over, count(*) as n from runs as run
       join runs as control on control.run = run.control where run.arm = 'high' and run.state = 'finished'`,
    );
    expect(pairs!.n).toBe(3);
    const over = (100 * pairs!.over).toFixed(2).replace('-', '−');
    expect((await group('high').getByRole('gridcell').allTextContents()).join(' ')).toContain(`${over} ±`);

    // The choice of the spread is named in the heads.
    await page.getByRole('combobox', { name: 'Spread of means' }).selectOption('bootstrap');
    await eventually(() => head(/^Accuracy/).textContent()).toContain('95% CI');
    await group('high')
      .getByRole('button', { name: /^Runs of/ })
      .click();
    await eventually(shown).toBe(3 + SEEDS);
    await row(page, title('high', 3)).getByText('stopped').waitFor();
    await page.reload();
    await eventually(shown).toBe(3 + SEEDS);
    await page.getByRole('combobox', { name: 'Spread of means' }).selectOption('sd');
  });

  test('columns are chosen, moved and sized, and stay after a reload', async () => {
    await fresh();
    await page.getByRole('button', { name: 'Columns' }).click();
    const menu = page.getByRole('dialog', { name: 'Columns' });
    await menu.getByRole('searchbox', { name: 'Find a column' }).fill('batch');
    await menu.getByRole('checkbox', { name: /batchSize/ }).check();
    await menu.getByRole('searchbox', { name: 'Find a column' }).fill('shed');
    await menu.getByRole('combobox', { name: 'Add shed at a threshold' }).selectOption('1e-3');
    await menu.getByRole('button', { name: 'Remove column study' }).click();
    await menu.getByRole('spinbutton', { name: 'Width of arm in pixels' }).fill('240');
    await page.keyboard.press('Enter');
    expect(await axeOn(page)).toMatchObject({ broken: [] });
    await page.keyboard.press('Escape');
    const heads = (): Promise<string[]> => grid().getByRole('columnheader').allTextContents();
    await eventually(async () => (await heads()).join('|')).toMatch(/batchSize.*\|.*shed ≤ 1e-3/);
    expect((await heads())[0]).not.toContain('Study');
    await page.reload();
    await eventually(async () => (await heads()).join('|')).toMatch(/batchSize.*\|.*shed ≤ 1e-3/);
    expect(Math.round((await head(/^Arm/).boundingBox())!.width)).toBe(240);
  });

  test('several runs are chosen with the mouse and the keyboard, and tagged, starred and compared', async () => {
    await fresh('?sort=arm,seed');
    await row(page, title('control', 0)).click();
    await row(page, title('control', 2)).click({ modifiers: ['Shift'] });
    await toolbar().getByText('3 chosen').waitFor();
    await row(page, title('high', 1)).click({ modifiers: ['ControlOrMeta'] });
    await toolbar().getByText('4 chosen').waitFor();
    await toolbar().getByRole('combobox', { name: 'Tag for the chosen runs' }).fill('paper');
    await page.keyboard.press('Enter');
    await eventually(() => grid().getByText('paper', { exact: true }).count()).toBe(4);
    await toolbar().getByRole('button', { name: 'Star' }).click();
    await box().fill('tag = paper and starred = yes');
    await eventually(shown).toBe(4);
    await toolbar().getByRole('button', { name: 'Differences' }).click();
    const dialog = page.getByRole('dialog', { name: 'Differences of specification' });
    await dialog.getByText(/4 runs of 2 specifications/).waitFor();
    await page.keyboard.press('Escape');
    await toolbar().getByRole('button', { name: 'Remove the tag paper' }).click();
    await page.getByRole('heading', { name: 'No run matches' }).waitFor();
    await fresh('?sort=arm,seed');
    await row(page, title('control', 0)).focus();
    for (const key of ['Shift+ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key);
    await toolbar().waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await toolbar()
      .getByText(`${3 * SEEDS} chosen`)
      .waitFor();
    await toolbar().getByRole('button', { name: 'Choose none' }).click();
    await toolbar().waitFor({ state: 'detached' });
  });

  test('a tag and a note are written beside the run', async () => {
    await fresh();
    await row(page, title('low', 1)).click();
    const notes = page.getByRole('region', { name: 'Tags and note' });
    await notes.getByRole('textbox', { name: 'Note on this run' }).fill('Looks odd.');
    await notes.getByRole('combobox', { name: 'Add a tag to this run' }).fill('fig 2');
    await page.keyboard.press('Enter');
    await notes.getByRole('button', { name: 'Remove the tag fig 2 from this run' }).waitFor();
    await box().fill('note ~ odd and tag = "fig 2"');
    await eventually(shown).toBe(1);
  });

  test('the bin takes several, gives them back, and deletes for good what depends before what is depended on', async () => {
    await fresh('?sort=arm,seed');
    await row(page, title('control', 3)).click();
    await toolbar().waitFor({ state: 'detached' });
    // A control goes with the runs that need it, and not without.
    await row(page, title('control', 3)).press('Delete');
    await page.getByText(/cannot be deleted\. It is the control of 2 runs/).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    for (const arm of ARMS) await row(page, title(arm, 3)).click({ modifiers: ['ControlOrMeta'] });
    await toolbar().getByRole('button', { name: 'Move to the bin' }).click();
    await eventually(shown).toBe(3 * SEEDS - 3);
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually(shown).toBe(3 * SEEDS);
    await page.evaluate(`location.hash = '#/runs?filter=seed%20%3D%203&sort=arm'`);
    await eventually(shown).toBe(3);
    await row(page, title('control', 3)).click();
    await page.keyboard.press('ControlOrMeta+a');
    await toolbar().getByRole('button', { name: 'Move to the bin' }).click();
    await page.getByRole('button', { name: 'Bin (3)' }).click();
    await page.getByRole('heading', { name: 'Bin', exact: true }).waitFor();
    await row(page, title('control', 3)).click();
    await page.keyboard.press('ControlOrMeta+a');
    await toolbar().getByRole('button', { name: 'Delete for good' }).click();
    const question = page.getByRole('alertdialog');
    await question.getByRole('textbox').fill('delete');
    await question.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('heading', { name: 'The bin is empty' }).waitFor();
    expect(asked(`select run from runs where seed = 3`)).toEqual([]);
  });

  test('nothing of it is hard to reach or to read, at both sizes and in both themes', async () => {
    await fresh('?groups=seeds');
    for (const colorScheme of ['light', 'dark'] as const)
      for (const viewport of [
        { width: 1280, height: 800 },
        { width: 1920, height: 1080 },
      ]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        await fresh('?groups=seeds');
        await group('low').click();
        await toolbar().waitFor();
        expect((await axeOn(page)).broken, `${colorScheme} ${viewport.width}`).toEqual([]);
        await fresh('?filter=nokey%20%3D%201');
        expect((await axeOn(page)).broken, `${colorScheme} ${viewport.width}`).toEqual([]);
      }
  }, 60_000);

  test('none of it met an error', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
