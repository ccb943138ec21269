import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { axeOn } from './harness/axe.ts';
import { contrastOf } from './harness/audit.ts';
import { askCommandLine } from './harness/command-line.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import {
  chooseStudy,
  dropStudy,
  eventually,
  goTo,
  idOf,
  startStudy,
  untilState,
  writtenIn,
} from './harness/desk.ts';
import { denseStudy, studyFile } from './harness/studies.ts';
import { temporaryFolder } from './harness/temporary.ts';
import { watchPage, type Watch } from './harness/watch.ts';

/** Five mistakes; the third is a key that the second left out. */
const BAD = `study: bad
seeds: [0]
shared:
  dataset: { name: mnist, train: 4000 }
  model: { name: lenet-300-10 }
  bachSize: 64
  epochs: 5
  optimizer: { name: sgd }
  learningRate: { name: constant, rate: 0.1 }
arms:
  - name: magnitude
    pruning:
      criterion: magnitud
      schedule: { name: one-shot, epoch: 2 }
      sparsity: 1.5
`;
/** Sound but for its optimizer. */
const TYPED = `study: typed
seeds: [0]
shared:
  dataset: { name: mnist, train: 4000 }
  model: lenet-300-100
  batchSize: 64
  epochs: 5
  learningRate: { name: constant, rate: 0.1 }
arms:
  - name: dense
`;
const MISTAKES: [line: number, key: string, words: string[]][] = [
  [5, 'shared.model.name', ["'lenet-300-10'", "did you mean 'lenet-300-100'"]],
  [6, 'shared.bachSize', ["unknown key 'bachSize'", "did you mean 'batchSize'"]],
  [11, 'arms[0].batchSize', ['is missing']],
  [13, 'arms[0].pruning.criterion', ["'magnitud'", 'allowed: random, magnitude']],
  [15, 'arms[0].pruning.sparsity', ['1.5', 'above 0 and below 1']],
];

describeInChromium('study files', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let application: Application;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/studies` });
    page = await browser.newPage();
    watch = watchPage(page, application.origin);
    await page.goto(application.address);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  const problems = () => page.getByRole('alert', { name: 'Problems' }).getByRole('listitem');
  const editor = () => page.getByRole('textbox', { name: 'Study text' });

  test('a file with mistakes is refused: each with its line, its key, what was found and what is meant', async () => {
    await dropStudy(page, studyFile('bad.yaml', BAD));
    await page.getByRole('heading', { name: `${MISTAKES.length} to correct` }).waitFor();
    const told = await problems().allTextContents();
    expect(told).toHaveLength(MISTAKES.length);
    for (const [index, [line, key, words]] of MISTAKES.entries())
      for (const word of [`line ${line}`, key, ...words]) expect(told[index]).toContain(word);
    expect(await page.getByRole('button', { name: 'Start study' }).count()).toBe(0);

    // The line is one click away.
    await problems().nth(3).getByRole('button', { name: 'line 13' }).click();
    expect(await editor().evaluate((area) => String(area.ownerDocument.getSelection()))).toContain(
      'criterion: magnitud',
    );
    await goTo(page, 'Runs');
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();

    // What was opened is there when one comes back.
    await goTo(page, 'Studies');
    await page.getByText('bad.yaml', { exact: true }).waitFor();
    await eventually(() => problems().count()).toBe(MISTAKES.length);
  });

  test('corrected where it stands, it shows the runs that it would start', async () => {
    await dropStudy(page, studyFile('bad.yaml', BAD));
    await problems().first().waitFor();
    await editor().fill(
      BAD.replace('lenet-300-10 ', 'lenet-300-100 ')
        .replace('bachSize', 'batchSize')
        .replace('magnitud\n', 'magnitude\n')
        .replace('1.5', '0.5'),
    );
    await page.getByRole('button', { name: 'Start study' }).waitFor();
    const runs = page
      .getByRole('table', { name: 'Runs of the study' })
      .getByRole('row')
      .filter({ has: page.getByRole('cell') });
    await eventually(() => runs.allTextContents()).toHaveLength(2);
    expect((await runs.allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
      expect.stringMatching(/^control of magnitude *seed 0 *5 epochs *new$/),
      expect.stringMatching(/^magnitude *seed 0 *5 epochs *epochs 1–2 from its control *new$/),
    ]);
  });

  test('a study is written with suggestions, by keys alone, and is sound', async () => {
    await dropStudy(page, studyFile('typed.yaml', TYPED));
    const suggestions = page.getByRole('listbox', { name: 'Suggestions' });
    const options = () => suggestions.getByRole('option').allTextContents();
    const chosen = async () => {
      const id = await editor().getAttribute('aria-activedescendant');
      return id === null ? null : page.locator(`[id="${id}"][aria-selected="true"]`).textContent();
    };
    await editor().click();
    await page.keyboard.press('Control+Home');
    for (let line = 0; line < 6; line++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');

    // The new line is as deep as the one before, and letters bring the list.
    await page.keyboard.press('Enter');
    await page.keyboard.type('opt');
    await eventually(options).toHaveLength(1);
    await eventually(chosen).toMatch(/^optimizer *one of/);
    await page.keyboard.press('Enter');
    await eventually(async () => (await options()).map((option) => /^[a-z]+/.exec(option)?.[0])).toContain(
      'adamw',
    );
    await eventually(chosen).toMatch(/^sgd/);
    await page.keyboard.press('ArrowDown');
    await eventually(chosen).toMatch(/^adam(?!w)/);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    await suggestions.waitFor({ state: 'detached' });
    await page.keyboard.type(', mom');
    await eventually(chosen).toMatch(/^momentum/);
    await page.keyboard.press('Enter');
    await eventually(chosen).toMatch(/^0\.9/);
    await page.keyboard.press('Enter');
    expect(await writtenIn(editor())).toBe(
      TYPED.replace('epochs: 5\n', 'epochs: 5\n  optimizer: { name: sgd, momentum: 0.9 }\n'),
    );
    await page.getByText('shared.optimizer.momentum', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Start study' }).waitFor();

    // Escape closes the list and nothing else; a new line is one where nothing is chosen; Tab goes on when it is closed.
    await page.keyboard.press('Control+Space');
    expect(await suggestions.count()).toBe(0);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Space');
    await eventually(options).toContainEqual(expect.stringContaining('augmentation'));
    const [window, list] = [page.viewportSize()!, (await suggestions.boundingBox())!];
    expect(list.y + list.height).toBeLessThanOrEqual(window.height);
    expect(list.x + list.width).toBeLessThanOrEqual(window.width);
    expect(await contrastOf(page)).toMatchObject({ faint: [] });
    await page.keyboard.press('Escape');
    await suggestions.waitFor({ state: 'detached' });
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Study text');
    await page.keyboard.press('Control+z');
    expect(await writtenIn(editor())).toContain('momentum: 0.9 }\n  learningRate');
    await eventually(() => page.getByRole('button', { name: 'Start study' }).isEnabled()).toBe(true);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('aria-label')).not.toBe('Study text');
  });

  test('what is not a study, is empty or far too long is refused with a sentence', async () => {
    await chooseStudy(page, studyFile('picture.yaml', '\u0000\u0001PNG: [unclosed'));
    await eventually(() => problems().count()).toBeGreaterThan(0);
    await chooseStudy(page, studyFile('empty.yaml', ''));
    await eventually(() => problems().count()).toBeGreaterThan(0);
    await goTo(page, 'Studies');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open file' }).click();
    await (await chooser).setFiles(studyFile('huge.yaml', '#'.repeat(1_500_000)));
    await page.getByText('a study file has less than 1 MB').waitFor();
    expect(await page.getByRole('button', { name: 'Start study' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });

  test('a right one starts with one press, and its runs are there', async () => {
    await chooseStudy(page, denseStudy('right', 1));
    await startStudy(page);
    await untilState(page, 'right · dense · seed 0', 'finished');
    await chooseStudy(page, denseStudy('right', 1));
    await page.getByText('1 run, 0 new').waitFor();
    await page.getByRole('cell', { name: 'finished' }).waitFor();
  }, 60_000);

  test('a study saved under another name is in every window of the workspace and in the command line, and what was done to each is undone apart', async () => {
    await dropStudy(page, studyFile('first.yaml', TYPED));
    const mine = () => page.getByRole('list', { name: 'Studies of your own' });
    const shown = (where: Page = page) => where.getByRole('textbox', { name: 'Study text' });
    await shown().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# one\n');
    await page.getByRole('button', { name: 'Save as' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save this study as' });
    await dialog.getByRole('textbox').fill('first');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('There is a study first.yaml already.').waitFor();
    expect(await axeOn(page)).toMatchObject({ broken: [] });
    await dialog.getByRole('textbox').fill('second');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('second.yaml', { exact: true }).waitFor();
    await shown().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# two\n');
    await eventually(() => writtenIn(shown())).toBe(`# two\n# one\n${TYPED}`);

    // Each has a history of its own, which another choice does not take away.
    await mine()
      .getByRole('button', { name: /^first/ })
      .click();
    await eventually(() => writtenIn(shown())).toBe(`# one\n${TYPED}`);
    await shown().click();
    // The line that was begun, then what was typed before it.
    for (const key of ['z', 'z']) await page.keyboard.press(`Control+${key}`);
    await eventually(() => writtenIn(shown())).toBe(TYPED);
    for (const key of ['y', 'y']) await page.keyboard.press(`Control+${key}`);
    await eventually(() => writtenIn(shown())).toBe(`# one\n${TYPED}`);

    // A browser that has never been here; what is typed in one window comes to the other.
    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(application.address);
    await goTo(other, 'Studies');
    await other
      .getByRole('list', { name: 'Studies of your own' })
      .getByRole('button', { name: /^second/ })
      .click();
    await eventually(() => writtenIn(shown(other))).toBe(`# two\n# one\n${TYPED}`);
    await mine()
      .getByRole('button', { name: /^second/ })
      .click();
    await shown(other).click();
    await other.keyboard.press('Control+Home');
    await other.keyboard.type('# three\n');
    await eventually(() => writtenIn(shown())).toBe(`# three\n# two\n# one\n${TYPED}`);
    await context.close();
    expect(await askCommandLine(application.workspace, ['studies', 'second'])).toBe(
      `# three\n# two\n# one\n${TYPED}`,
    );
  }, 60_000);

  test('the form and the text are one: what is set in it changes a word of the text, what is typed is in it, and both are undone', async () => {
    await dropStudy(page, studyFile('formed.yaml', TYPED.replace('batchSize: 64', 'batchSize: 64 # small')));
    const form = page.getByRole('form', { name: 'Common settings' });
    await form.getByLabel('Optimizer').selectOption('adam');
    await form.getByLabel('Weight decay').fill('5e-4');
    await form.getByLabel('Batch size').fill('32');
    await form.getByLabel('Criterion').selectOption('magnitude');
    await form.getByLabel('Sparsity').fill('0.75');
    await form.getByRole('button', { name: 'Add arm' }).click();
    const shared = TYPED.replace('batchSize: 64', 'batchSize: 32 # small').replace(
      '0.1 }',
      '0.1 }\n  optimizer: { name: adam, weightDecay: 5e-4 }',
    );
    const sound = `${shared.trimEnd()}
    pruning: { criterion: magnitude, schedule: { name: one-shot, epoch: 1 }, sparsity: 0.75 }
  - name: arm 2
    pruning: { criterion: magnitude, schedule: { name: one-shot, epoch: 1 }, sparsity: 0.9 }
`;
    await eventually(() => writtenIn(editor())).toBe(sound);
    await page.getByRole('button', { name: 'Start study' }).waitFor();
    expect(await axeOn(page)).toMatchObject({ broken: [] });
    await form.getByRole('button', { name: 'Remove it' }).click();
    await eventually(() => writtenIn(editor())).not.toContain('arm 2');
    await editor().click();
    await page.keyboard.press('Control+z');
    await eventually(() => writtenIn(editor())).toBe(sound);
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('End');
    await page.keyboard.type('-too');
    await eventually(() => form.getByLabel('Study', { exact: true }).inputValue()).toBe('typed-too');
    // A text that is no YAML for a moment takes nothing away.
    await page.keyboard.type(': [');
    await form.getByText('as soon as the text is YAML').waitFor();
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    await form.waitFor();
  });

  test("the settings of a run are made a study of one's own, which asks for that run", async () => {
    await goTo(page, 'Runs');
    const id = await idOf(page, 'right · dense · seed 0');
    await page.evaluate(`location.hash = '#/run?run=${id}'`);
    await page.getByRole('button', { name: 'Duplicate' }).click();
    await page.getByText('right-copy.yaml', { exact: true }).waitFor();
    await eventually(() => writtenIn(editor())).toContain(
      `# The settings of run ${id}.\n\nstudy: right-copy\n`,
    );
    await page.getByText('1 run, 0 new').waitFor();
  });

  test('none of it met an error, or asked anything of others', () => {
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
