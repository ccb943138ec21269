import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { openWindow, type Window } from './harness/window.ts';

const ARMS = ['low', 'high'] as const;

async function writeArms(path: string): Promise<void> {
  const workspace = await openWorkspace(path, { application: APPLICATION });
  for (const [place, arm] of ARMS.entries())
    for (const seed of [0, 1]) {
      const id = `${'ab'[place]!.repeat(12)}-s${seed}`;
      await workspace.addRun(newRun(id, { hash: id.slice(0, 12), seed, study: 'kept', arm }));
      await workspace.setEnvironment(id, ENVIRONMENT);
      await workspace.recordEpoch(id, recordOf(0, 10 * seed + place), null, []);
      await workspace.setState(id, 'finished', null);
    }
  await workspace.close();
}

describeInChromium('saved views', () => {
  let window: Window;
  let page: Page;

  beforeAll(async () => {
    window = await openWindow('kept', writeArms);
    ({ page } = window);
    await page.getByRole('grid', { name: 'Runs' }).waitFor();
  }, 120_000);
  afterAll(() => window?.close());

  const menu = (): Locator => page.getByRole('button', { name: /^Views?( |:|$)/ });
  const rows = async (): Promise<number> =>
    Number(await page.getByRole('grid', { name: 'Runs' }).getAttribute('aria-rowcount')) - 1;
  const go = (hash: string): Promise<unknown> => page.evaluate(`location.hash = '${hash}'`);
  const saveAs = async (name: string): Promise<void> => {
    await menu().press(' ');
    const field = page.getByRole('textbox', { name: 'Name of the view' });
    await field.pressSequentially(name);
    await field.press('Enter');
    await page.getByRole('button', { name: `View: ${name}`, exact: true }).waitFor();
  };
  const documents = async (): Promise<string[]> => {
    await menu().press(' ');
    const names = await page.getByRole('list', { name: 'Saved views' }).locator('.name').allTextContents();
    await page.keyboard.press('Escape');
    return names.map((name) => name.trim());
  };

  test('one of the runs is saved, changed, saved again, found in the palette, renamed, removed and taken back', async () => {
    await go('#/runs?filter=arm%20%3D%20low&sort=-seed');
    await eventually(rows).toBe(2);
    await saveAs('paper');
    await page.getByRole('button', { name: 'Fold seeds' }).click();
    await eventually(rows).toBe(1);
    await page.getByRole('button', { name: 'View: paper (changed)' }).press(' ');
    expect((await axeOn(page)).broken).toEqual([]);
    await page.getByRole('button', { name: 'Save paper again' }).press('Enter');
    await page.getByRole('button', { name: 'View: paper', exact: true }).waitFor();
    await go('#/runs');
    await eventually(rows).toBe(4);

    // By the palette, from another view; after a reload, which asks the workspace for it.
    await go('#/compare');
    await page.reload();
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('view paper');
    await page.getByRole('option', { name: 'View: paper' }).waitFor();
    await page.keyboard.press('Enter');
    await eventually(rows).toBe(1);
    expect(page.url()).toContain('groups=seeds');
    await page.goBack();
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    await page.goForward();

    await menu().press(' ');
    await page.getByRole('button', { name: 'Rename the view paper' }).press('Enter');
    const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name' });
    await name.fill('');
    await name.pressSequentially('figure 3');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'View: figure 3', exact: true }).waitFor();
    await menu().press(' ');
    await page.getByRole('button', { name: 'Remove the view figure 3' }).press('Enter');
    await page.getByText('No view is saved yet.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await eventually(documents).toEqual(['figure 3']);
  });

  test('one of the comparison is its query, its groups and its panes', async () => {
    const panes = encodeURIComponent(JSON.stringify(['numbers', {}]));
    await go(`#/compare?filter=arm%20%3D%20high&group=seed&panes=${panes}`);
    await page.getByText('2 groups, 2 runs').waitFor();
    await saveAs('high alone');
    await go('#/compare');
    await page.getByText('2 groups, 4 runs').waitFor();
    // Views of the runs are not among them.
    expect(await documents()).toEqual(['high alone']);
    await menu().press(' ');
    await page.getByRole('button', { name: 'high alone', exact: true }).press('Enter');
    await page.getByText('2 groups, 2 runs').waitFor();
    expect(await page.getByRole('region', { name: /, pane \d/ }).count()).toBe(1);
    expect([...window.watch.errors, ...window.watch.strangers]).toEqual([]);
  });
});
