import { LIMIT_MS, SEED, servePython, type Tool } from './tool.ts';

/** A card is there at once, and turns until its runs have come. */
const DRAWN = `(() => {
  const card = document.querySelector('scalar-card');
  if (card === null || card.querySelector('mat-spinner') !== null) return false;
  return card.querySelector('.series-view canvas, .series-view svg path') !== null;
})()`;
const box = 'input[placeholder*="Filter runs"]';

export const tensorboard: Tool = {
  name: 'TensorBoard',
  remarks: 'All selected runs are drawn (by default those of the first page of many); there are no groups.',
  start: (folder) =>
    servePython(
      (port) => ['-m', 'tensorboard.main', '--logdir', folder, '--host', '127.0.0.1', '--port', port],
      '/',
    ),
  async chart(page, { address }) {
    await page.goto(address);
    await page.waitForFunction(DRAWN, null, { timeout: LIMIT_MS });
  },
  async beforeFilter(page) {
    await page.locator(box).fill('/s');
  },
  async filter(page) {
    await page.locator(box).press('End');
    await page.locator(box).press(String(SEED));
    // The list of runs follows the filter, and the card's lines with it.
    await page.waitForFunction(
      `!/\\/s[^${SEED}\\d]?[02-9]\\//.test(document.querySelector('runs-table, runs-selector')?.innerText ?? '/s0/') && ${DRAWN}`,
      null,
      { timeout: LIMIT_MS },
    );
  },
  group: null,
};
