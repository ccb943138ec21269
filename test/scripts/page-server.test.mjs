import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { servePage } from '../../scripts/lib/page-server.mjs';
import { checkout } from '../../scripts/lib/paths.mjs';
import { get, startLocal } from '../main/browser/helpers.ts';

/** @type {import('../main/browser/helpers.ts').Local} */
let local;
/** @type {Awaited<ReturnType<typeof servePage>>} */
let page;
/** @type {number} */
let port;
beforeAll(async () => {
  local = await startLocal();
  page = await servePage({ root: checkout, workstation: new URL(local.server.address), port: 5180 });
  port = Number(new URL(page.address).port);
});
afterAll(async () => {
  await page.close();
  await local.server.close();
});

/**
 * @param {{ origin?: string, host?: string, cookie?: string, protocols?: string[] }} [handshake]
 * @returns {Promise<number>} the status; 101 where it opens
 */
function connect({ origin = `http://127.0.0.1:${port}`, host, cookie, protocols } = {}) {
  const offered = protocols ?? ['cascade-lab', `key.${local.key}`];
  const headers = { Cookie: cookie ?? local.cookie, ...(host === undefined ? {} : { Host: host }) };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, offered, { origin, headers });
  return new Promise((settle, fail) => {
    socket.on('open', () => {
      socket.close();
      settle(101);
    });
    socket.on('unexpected-response', (_, { statusCode = 0 }) => settle(statusCode));
    socket.on('error', fail);
  });
}

test('the printed address buys cookie and key of the workstation, and shows the page from its sources', async () => {
  const { pathname, search } = new URL(page.address);
  const entered = await get(port, `${pathname}${search}`);
  expect(entered.status).toBe(303);
  expect(entered.headers['set-cookie']?.[0]).toMatch(/^cascade-\d+=[\w-]+; HttpOnly; SameSite=Lax; Path=\/$/);
  expect(entered.headers.location).toBe(`/#key=${local.key}`);
  const { body } = await get(port, '/');
  expect(body).toContain('/@vite/client');
  expect(body).toMatch(/script-src 'self'; style-src 'self' 'nonce-[\w-]{22}'; /);
});

test('a wrong token is refused by the workstation', async () => {
  expect((await get(port, '/?token=wrong')).status).toBe(401);
});

test('its own page may connect, with cookie and key', async () => {
  expect(await connect()).toBe(101);
});

test('the rules of the workstation hold for whoever comes by way of it', async () => {
  expect(await connect({ protocols: ['cascade-lab'] })).toBe(401);
  expect(await connect({ cookie: '' })).toBe(401);
  expect(await connect({ origin: 'https://evil.example' })).toBe(403);
  expect(await connect({ origin: `http://127.0.0.1:${port + 1}` })).toBe(403);
  // A name that was made to lead here sends itself as host and as origin.
  const rebound = `evil.example:${port}`;
  expect(await connect({ origin: `http://${rebound}`, host: rebound })).toBe(403);
  expect((await get(port, '/rpc', { Host: rebound, Authorization: `Bearer ${local.key}` })).status).toBe(403);
  // Cookie and key are good here; the answer says that this is the place of the WebSocket.
  const asked = { Cookie: local.cookie, Authorization: `Bearer ${local.key}` };
  expect((await get(port, '/rpc', asked, 'HEAD')).status).toBe(426);
});

test('.nvmrc names the Node that the packages bring', () => {
  const read = (/** @type {string} */ name) => readFileSync(join(checkout, name), 'utf8');
  const { optionalDependencies } = JSON.parse(read('package.json'));
  expect(new Set(Object.values(optionalDependencies))).toEqual(new Set([read('.nvmrc').trim()]));
});
