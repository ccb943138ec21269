import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { studyPage } from '../../main/report/study-page.ts';
import { openWorkspace } from '../../main/workspace/workspace.ts';
import { ARMS, dataOf, writeStudy } from '../main/report/written.ts';
import { APPLICATION } from '../main/workspace/records.ts';
import { axeOn } from './harness/axe.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { temporaryFolder } from './harness/temporary.ts';

describeInChromium("a study's result as a page", () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    const workspace = await openWorkspace(join(folder.path, 'w'), { application: APPLICATION });
    await writeStudy(workspace);
    const file = join(folder.path, 'page.html');
    writeFileSync(file, studyPage(await dataOf(workspace)));
    await workspace.close();
    address = pathToFileURL(file).href;
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    folder.remove();
  });

  test.each(['light', 'dark'] as const)(
    'is read in %s without scripts, and asks nobody for anything',
    async (scheme) => {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        colorScheme: scheme,
        viewport: { width: 1280, height: 800 },
      });
      const page = await context.newPage();
      const told: string[] = [];
      page.on('request', (request) => told.push(request.url()));
      page.on('console', (message) => told.push(message.text()));
      page.on('dialog', (dialog) => told.push(dialog.message()));
      await page.goto(address);
      expect(await page.title()).toBe('What <i>happens</i>?: result');
      for (const arm of ARMS) await page.getByRole('rowheader', { name: arm }).first().waitFor();
      expect(await page.getByRole('img').count()).toBe(4);
      await page.screenshot();
      expect(told).toEqual([address]);
      await context.close();
    },
  );

  test.each([1280, 400])('keeps the rules of axe at a width of %i', async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    await page.goto(address);
    expect((await axeOn(page)).broken).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.close();
  });
});
