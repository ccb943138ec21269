import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { LIMIT_MS, SEED, servePython, type Tool } from './tool.ts';

const EXPERIMENT = 1;
const TRACES = `document.querySelectorAll('.js-plotly-plot .scatterlayer .trace').length`;
const box = '[data-testid="search-box"]';

export const mlflow: Tool = {
  name: 'MLflow',
  remarks: 'Ten runs are drawn, of the hundred that are loaded first; groups are means with bands of those.',
  start: (folder) =>
    servePython(
      (port) => [
        ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', port, '--workers', '1'],
        ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
      ],
      '/health',
      { MLFLOW_DISABLE_TELEMETRY: 'true' },
    ),
  async chart(page, { address }) {
    await page.goto('data:text/html,<p>');
    await page.goto(`${new URL(address).origin}/#/experiments/${EXPERIMENT}/runs?compareRunsMode=CHART`);
    await page.waitForFunction(`${TRACES} > 0`, null, { timeout: LIMIT_MS });
  },
  async beforeFilter(page) {
    await page.locator(box).fill(`params.seed = "${SEED}"`);
  },
  async filter(page) {
    await page.locator(box).press('Enter');
    await page.waitForFunction(
      `[...document.querySelectorAll('.ag-center-cols-container, .ag-pinned-left-cols-container')].map((rows) => rows.innerText).join('\\n').match(/\\/s\\d\\//g)?.every((seed) => seed === '/s${SEED}/') === true && ${TRACES} > 0`,
      null,
      { timeout: LIMIT_MS },
    );
  },
  async group(page) {
    await page.locator('button', { hasText: 'Group by' }).click();
    await page.locator('[role^="menuitem"]', { hasText: 'study' }).first().click();
    await legend(page, 'sweep-1 (testAccuracy)');
  },
};

/** Waits for a name in a chart's legend. */
async function legend(page: Page, name: string): Promise<void> {
  await page.getByText(name).first().waitFor({ timeout: LIMIT_MS });
}
