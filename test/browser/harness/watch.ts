import type { Page } from 'playwright-core';

/** What a page did that it should not have; a test ends by looking at it. */
export interface Watch {
  /** Errors in the console and errors that nothing caught, violations of the page's policy among them. */
  readonly errors: string[];
  /** Requests and sockets to anything but the page's own origin. */
  readonly strangers: string[];
  /** Own requests, by address. */
  readonly requests: string[];
}

export function watchPage(page: Page, origin: string): Watch {
  const watch: Watch = { errors: [], strangers: [], requests: [] };
  page.on('console', (message) => {
    const told = message.type() === 'error' || message.type() === 'warning';
    // That canvases are read back is the tests' doing.
    if (told && !message.text().includes('willReadFrequently')) watch.errors.push(message.text());
  });
  page.on('pageerror', (error) => watch.errors.push(`uncaught: ${error.message}`));
  const socketOrigin = origin.replace(/^http/, 'ws');
  const note = (address: string, own: string): void => {
    if (/^(data|blob):/.test(address)) return;
    if (new URL(address).origin === own) watch.requests.push(address);
    else watch.strangers.push(address);
  };
  page.on('request', (request) => note(request.url(), origin));
  page.on('websocket', (socket) => note(socket.url(), socketOrigin));
  return watch;
}
