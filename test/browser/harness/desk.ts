import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { runInPage } from './in-page.ts';
import type { StudyFile } from './studies.ts';

/** What a person does with the page, by the names that it gives to things. */

/** Training on a busy machine, from a click to what was awaited. */
export const TRAINING_MS = 90_000;

export function row(page: Page, title: string): Locator {
  return page.getByRole('grid', { name: 'Runs' }).getByRole('row', { name: `Run ${title}`, exact: true });
}

export async function untilState(
  page: Page,
  title: string,
  state: string,
  timeout = TRAINING_MS,
): Promise<void> {
  await row(page, title).getByRole('gridcell', { name: state, exact: true }).waitFor({ timeout });
}

/** The run's button in the table: 'Pause', 'Resume', 'Stop' or 'Delete'. */
export function actionOf(page: Page, action: string, title: string): Locator {
  return row(page, title).getByRole('button', { name: `${action} run ${title}`, exact: true });
}

export async function act(page: Page, action: string, title: string): Promise<void> {
  await actionOf(page, action, title).click();
}

export async function goTo(page: Page, view: 'Studies' | 'Runs' | 'Replay' | 'Workspace'): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: view, exact: true })
    .click();
}

/** Drops a file on the Studies view. */
export async function dropStudy(page: Page, file: StudyFile): Promise<void> {
  await goTo(page, 'Studies');
  const { name, mimeType, buffer } = file;
  const target = page.getByRole('region', { name: 'Studies' });
  await target.waitFor();
  await runInPage(page, 'drop', { region: 'Studies', name, mimeType, text: buffer.toString() });
  await page.getByText(name, { exact: true }).waitFor();
}

/** Chooses a file with the button of the Studies view. */
export async function chooseStudy(page: Page, file: StudyFile): Promise<void> {
  await goTo(page, 'Studies');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open file' }).click();
  await (await chooser).setFiles(file);
  await page.getByText(file.name, { exact: true }).waitFor();
}

/** Starts what is chosen, and waits for the table of runs. */
export async function startStudy(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start study' }).click();
  await page.getByRole('grid', { name: 'Runs' }).waitFor();
}

export async function startFile(page: Page, file: StudyFile): Promise<void> {
  await chooseStudy(page, file);
  await startStudy(page);
}

/** The id of a run, as its row's address says when opened. */
export async function idOf(page: Page, title: string): Promise<string> {
  const id = await row(page, title).getAttribute('data-run');
  if (id === null) throw new Error(`${title} has no id.`);
  return id;
}

/** Polls patiently: pages and training share few cores. */
export const eventually = <T>(read: () => Promise<T> | T, timeout = 20_000) =>
  expect.poll(read, { timeout, interval: 50 });

/** The text of an editor, as far as it is drawn: what is far out of sight is not. */
export async function writtenIn(editor: Locator): Promise<string> {
  return (await editor.locator('.cm-line').allTextContents()).join('\n');
}
