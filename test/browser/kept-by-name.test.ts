import { readdirSync, readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN_COLORS } from '../../common/run-looks.ts';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { APPLICATION, ENVIRONMENT, newRun, recordOf } from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium } from './harness/chromium.ts';
import { askCommandLine } from './harness/command-line.ts';
import { eventually } from './harness/desk.ts';
import { temporaryFolder } from './harness/temporary.ts';
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

describeInChromium('what people keep by name', () => {
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

  test('a colour by hand is everywhere, after a reload, and in the figure that the command line writes', async () => {
    await go('#/runs?groups=seeds');
    const group = (arm: string): Locator =>
      page.getByRole('row', { name: `Group kept · ${arm}`, exact: true });
    const stroke = (mark: Locator): Promise<string | null> => mark.locator('path.line').getAttribute('style');
    const shape = (mark: Locator): Promise<string | null> => mark.locator('path.marker').getAttribute('d');
    const markOf = (arm: string): Locator =>
      page.getByRole('button', { name: new RegExp(`^Colour, marker and dash of (kept · )?${arm}$`) }).first();
    const colorOf = (name: string) => RUN_COLORS.find((color) => color.name === name)!;
    const seen = (name: string): string => `stroke: var(${colorOf(name).token});`;
    await group('low').waitFor();
    await eventually(async () => [await stroke(markOf('low')), await stroke(markOf('high'))]).toEqual([
      seen('green'),
      seen('pink'),
    ]);

    // By the keyboard: the mark opens the choice, arrows move among the colours.
    await markOf('low').press(' ');
    const pane = page.getByRole('dialog', { name: 'Look of kept · low' });
    await pane.getByRole('radio', { name: 'green' }).press('ArrowRight');
    // Pink with another marker than the other arm of the study has, which keeps its own.
    await eventually(() => stroke(markOf('low'))).toBe(seen('pink'));
    await pane.getByRole('radio', { name: 'triangle', exact: true }).check();
    await pane.getByText('high has that look').or(pane.getByText('high has the same look')).waitFor();
    expect((await axeOn(page)).broken).toEqual([]);
    await pane.getByRole('radio', { name: 'wine' }).check();
    await eventually(() => stroke(markOf('low'))).toBe(seen('wine'));
    const triangle = await shape(markOf('low'));
    await pane.getByRole('radio', { name: 'square' }).check();
    await eventually(() => shape(markOf('low'))).not.toBe(triangle);
    await page.keyboard.press('Escape');
    const square = await shape(markOf('low'));
    await page.reload();
    await eventually(() => stroke(markOf('low'))).toBe(seen('wine'));
    await eventually(() => shape(markOf('low'))).toBe(square);

    await go('#/compare');
    await page.getByText('2 groups, 4 runs').waitFor();
    await eventually(async () => [await stroke(markOf('low')), await stroke(markOf('high'))]).toEqual([
      seen('wine'),
      seen('pink'),
    ]);
    await markOf('high').press(' ');
    await page.getByRole('radio', { name: 'brown' }).check();
    await eventually(() => stroke(markOf('high'))).toBe(seen('brown'));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Make a figure' }).first().click();
    await page.locator('.paper svg').waitFor();
    const out = temporaryFolder();
    const { workspace } = window.application;
    await askCommandLine(workspace, ['figures', '--out', out.path, '--format', 'svg']);
    const [file] = readdirSync(out.path);
    const svg = readFileSync(`${out.path}/${file}`, 'utf8');
    out.remove();
    for (const name of ['wine', 'brown']) expect(svg).toContain(`#${colorOf(name).paper}`);
    for (const name of ['green', 'pink']) expect(svg).not.toContain(`#${colorOf(name).paper}`);
    // Taken back, the arm has the look of its place again.
    await go('#/compare');
    await markOf('low').press(' ');
    await page.getByRole('button', { name: 'As at first' }).press('Enter');
    await eventually(() => stroke(markOf('low'))).toBe(seen('green'));
    expect([...window.watch.errors, ...window.watch.strangers]).toEqual([]);
  });
});
