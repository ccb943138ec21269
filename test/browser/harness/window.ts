import type { Browser, Page } from 'playwright-core';
import { ensureBuilt, startApplication, type Application } from './application.ts';
import { launchChromium } from './chromium.ts';
import { temporaryFolder } from './temporary.ts';
import { watchPage, type Watch } from './watch.ts';

/** The application over a workspace of its own, empty unless it was prepared, and a page that shows it, in a Chromium of its own. */
export interface Window {
  application: Application;
  page: Page;
  watch: Watch;
  /** Ends all of it, and removes the workspace. */
  close(): Promise<void>;
}

/**
 * @param name of the workspace's folder
 * @param prepare fills the workspace before it is opened
 */
export async function openWindow(
  name: string,
  prepare?: (workspace: string) => Promise<void>,
): Promise<Window> {
  ensureBuilt();
  const folder = temporaryFolder();
  let browser: Browser | undefined;
  let application: Application | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await application?.close();
    folder.remove();
  };
  try {
    await prepare?.(`${folder.path}/${name}`);
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/${name}` });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const watch = watchPage(page, application.origin);
    await page.goto(application.address);
    return { application, page, watch, close };
  } catch (error) {
    await close();
    throw error;
  }
}
