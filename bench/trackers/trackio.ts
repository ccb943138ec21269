import { LIMIT_MS, servePython, type Tool } from './tool.ts';

export const trackio: Tool = {
  name: 'Trackio',
  remarks: 'All runs are drawn; its filter and its groups are of the list of runs, not of the chart.',
  start: (folder) => servePython((port) => ['-c', SHOW, port], '/', { TRACKIO_DIR: folder, BROWSER: 'true' }),
  async chart(page, { address }) {
    await page.goto('data:text/html,<p>');
    await page.goto(`${address}?project=bench`);
    await page.locator('canvas.marks').first().waitFor({ timeout: LIMIT_MS });
  },
  beforeFilter: () => Promise.resolve(),
  filter: null,
  group: null,
};

/** `trackio show` at a port that is given. */
const SHOW = `
import os, sys
os.environ['GRADIO_SERVER_PORT'] = sys.argv[1]
sys.argv = ['trackio', 'show', '--project', 'bench', '--host', '127.0.0.1']
from trackio.cli import main
main()
`;
