import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Application } from './harness/application.ts';
import { contrastOf, namelessControls } from './harness/audit.ts';
import { describeInChromium } from './harness/chromium.ts';
import { showRun, type ShownRun } from './harness/command-line.ts';
import { eventually, idOf, startFile, untilState } from './harness/desk.ts';
import { inspected, mapOf } from './harness/replay.ts';
import { denseStudy } from './harness/studies.ts';
import type { Watch } from './harness/watch.ts';
import { openWindow, type Window } from './harness/window.ts';

const TITLE = 'steps · pruned · seed 0';
const ARMS = `arms:
  - name: pruned
    control: [dense, previous-mask]
    pruning:
      criterion: random
      schedule: { name: iterative, rounds: 2 }
      sparsity: 0.8
    retraining: { name: fine-tune, epochs: 1 }
`;

/** '+12.3 pp' as 12.3. */
function pointsOf(text: string | undefined): number {
  return Number.parseFloat((text ?? '').replace('−', '-').replace('±', ''));
}

describeInChromium('a run with two controls', () => {
  let window: Window;
  let application: Application;
  let page: Page;
  let watch: Watch;
  let shown: ShownRun;
  const against = () => page.getByRole('combobox', { name: 'Control to compare with' });

  beforeAll(async () => {
    window = await openWindow('controls');
    ({ application, page, watch } = window);
    await startFile(page, denseStudy('steps', 1, ARMS));
    await untilState(page, TITLE, 'finished');
    shown = await showRun(application.workspace, await idOf(page, TITLE));
    await page.getByRole('button', { name: `Open run ${TITLE}` }).click();
  }, 240_000);
  afterAll(() => window?.close());

  test('has both excesses in its facts, each with the control that it is over', async () => {
    await page.getByRole('combobox', { name: 'Threshold' }).selectOption('1e-2');
    const facts = async () => new Map(await inspected(page));
    await eventually(async () => [...(await facts()).keys()]).toContain('over previous mask');
    const found = await facts();
    expect(found.get('control')).toBe(shown.control);
    expect(found.get('previous mask')).toBe(shown.previousMask!.control);
    const [dense, previousMask] = [shown.excess, shown.previousMaskExcess].map(
      (rows) => 100 * rows.at(-1)!['1e-2']!,
    );
    expect(pointsOf(found.get('over dense control'))).toBeCloseTo(dense!, 1);
    expect(pointsOf(found.get('over previous mask'))).toBeCloseTo(previousMask!, 1);
    expect(dense).not.toBeCloseTo(previousMask!, 1);
  });

  test('is compared with the one that is chosen, and remembers it', async () => {
    expect(await against().locator('option').allTextContents()).toEqual(['dense control', 'previous mask']);
    const chart = page.getByRole('region', { name: 'Run', exact: true }).getByText(/^over (dense|previous)/);
    expect(await chart.textContent()).toBe('over dense control');
    await against().selectOption('previous mask');
    await eventually(() => chart.textContent()).toBe('over previous mask');
    await page.reload();
    await eventually(() => chart.textContent()).toBe('over previous mask');
    expect((await namelessControls(page)).nameless).toEqual([]);
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      expect((await contrastOf(page)).faint, theme).toEqual([]);
    }
  });

  test('is replayed beside it', async () => {
    await page.getByRole('link', { name: 'Replay', exact: true }).last().click();
    const pane = page.getByRole('region', { name: 'Control', exact: true });
    await pane.getByText('previous mask kept, the same epoch').waitFor();
    await eventually(() => mapOf(page, 'Control')).toMatchObject({ shares: { pruned: expect.any(Number) } });
    const kept = await mapOf(page, 'Control');
    await against().selectOption('dense control');
    await pane.getByText('nothing pruned, the same epoch').waitFor();
    await eventually(async () => (await mapOf(page, 'Control'))?.hash).not.toBe(kept!.hash);
    // Beside long labels too, a number and its unit stand on one line.
    await page.keyboard.press('1');
    const values = page.getByRole('complementary', { name: 'Inspector' }).locator('dd', { hasText: / pp$/ });
    await values.first().waitFor();
    for (const value of await values.all()) expect((await value.boundingBox())!.height).toBeLessThan(30);
  });

  test('has links to both, and a control links to its own', async () => {
    await page.getByRole('link', { name: 'Run', exact: true }).click();
    await page.getByRole('link', { name: 'its previous mask' }).click();
    const control = 'steps · control of pruned without the last pruning · seed 0';
    await page.getByRole('heading', { name: control, level: 1 }).waitFor();
    await page.getByRole('link', { name: 'its control', exact: true }).waitFor();
    expect(await against().count()).toBe(0);
    expect(watch).toMatchObject({ errors: [], strangers: [] });
  });
});
