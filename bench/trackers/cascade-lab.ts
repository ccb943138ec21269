import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startServer } from '../browser.ts';
import { LIMIT_MS, SEED, type Tool } from './tool.ts';

const PANE = JSON.stringify(['curves', { y: 'testAccuracy', x: 'epoch' }]);

export const cascadeLab: Tool = {
  name: 'Cascade Lab',
  remarks: 'All runs are drawn; groups are means with bands.',
  start: (folder) => startServer(join(import.meta.dirname, '..', '..'), folder),
  async chart(page, { address }) {
    // The key is in the address that is printed; afterwards the window has it.
    if (!page.url().startsWith(new URL(address).origin)) {
      await page.goto(address);
      await page.locator('nav').first().waitFor();
    }
    await show(page, { group: 'id' });
    await page.reload();
    await lines(page);
  },
  async beforeFilter(page) {
    await page.locator('[data-filter]').fill('seed = ');
  },
  async filter(page) {
    const all = await lines(page);
    await page.locator('[data-filter]').press('End');
    await page.locator('[data-filter]').press(String(SEED));
    await lines(page, all);
  },
  async group(page) {
    const some = await lines(page);
    await show(page, { group: 'study', filter: `seed = ${SEED}` });
    await lines(page, some);
  },
};

async function show(page: Page, parameters: Record<string, string>): Promise<void> {
  const hash = `#/compare?${new URLSearchParams({ panes: PANE, ...parameters }).toString()}`;
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
}

/** Waits until a number of lines is painted that is another than before. */
async function lines(page: Page, before = '0'): Promise<string> {
  const plot = page.locator(
    `.plot canvas[data-painted]:not([data-painted="0"]):not([data-painted="${before}"])`,
  );
  await plot.waitFor({ timeout: LIMIT_MS });
  return (await plot.getAttribute('data-painted'))!;
}
