import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { writeRedirect } from '../../main/browser/open-browser.ts';
import { ensureBuilt, startApplication, type Application } from './harness/application.ts';
import { describeInChromium, launchChromium } from './harness/chromium.ts';
import { eventually } from './harness/desk.ts';
import { temporaryFolder } from './harness/temporary.ts';

describeInChromium('the key that the page alone has', () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let context: BrowserContext;
  let application: Application;
  let page: Page;

  beforeAll(async () => {
    ensureBuilt();
    browser = await launchChromium();
    application = await startApplication({ workspace: `${folder.path}/key` });
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(application.address);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    folder.remove();
  });

  const banner = (of: Page) => of.getByRole('main').getByRole('alert');
  const connected = async (of: Page): Promise<void> => {
    // Which engine it trains on is known only from the workstation.
    await of.getByText(/^engine \w/).waitFor();
    expect(await banner(of).count()).toBe(0);
  };

  test('the address keeps no secret; a reload goes on', async () => {
    await connected(page);
    expect(page.url()).not.toContain('key=');
    expect(page.url()).not.toContain('token=');
    await page.reload();
    await connected(page);
  });

  test('another server of this host is sent the cookie, which alone opens no connection', async () => {
    let stolen = '';
    const thief = createServer((request, response) => {
      stolen = request.headers.cookie ?? '';
      response.end('hello');
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    const visit = await context.newPage();
    await visit.goto(`http://127.0.0.1:${(thief.address() as AddressInfo).port}/`);
    await visit.close();
    thief.close();
    expect(stolen).toContain(`cascade-${application.port}=`);
    const headers = { Cookie: stolen };
    const socket = new WebSocket(`ws://127.0.0.1:${application.port}/rpc`, ['cascade-lab'], {
      headers,
      origin: application.origin,
    });
    const status = await new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
      socket.on('open', () => resolve('open'));
      socket.on('error', reject);
    });
    expect(status).toBe(401);
  });

  test('a tab without the key is given it by one that has it; without any it says what to do', async () => {
    const second = await context.newPage();
    await second.goto(application.origin);
    await connected(second);
    await second.close();

    await page.goto('about:blank');
    const alone = await context.newPage();
    await alone.goto(application.origin);
    await eventually(() => banner(alone).textContent()).toContain('Open the address that it printed');
    await page.goto(application.address);
    await connected(page);
    await eventually(() => banner(alone).count()).toBe(0);
    await alone.close();
  });

  test('the file that leads the browser here does so', async () => {
    const fresh = await browser.newContext();
    const redirect = writeRedirect(application.address);
    const opened = await fresh.newPage();
    await opened.goto(redirect.href);
    await opened.waitForURL(`${application.origin}/**`);
    await connected(opened);
    redirect.remove();
    await fresh.close();
  });
});
