import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { writeRedirect } from '../../../main/browser/open-browser.ts';
import { get, openSocket, startLocal, type Local } from './helpers.ts';

/** What other users of the same machine may try: they reach the loopback address too, run servers on other ports, and read `ps`. */
let local: Local;
let port: number;
beforeEach(async () => {
  local = await startLocal({ limits: { strangers: 4, visitors: 4, pages: 3 } });
  port = local.server.port;
});
afterEach(() => local.server.close());

/** A server on another port of the host, which a browser that holds our cookie visits. */
async function stealCookie(): Promise<string> {
  let stolen = '';
  const thief = createServer((request, response) => {
    stolen = request.headers.cookie ?? '';
    response.end();
  });
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  await get((thief.address() as AddressInfo).port, '/', { Cookie: local.cookie });
  thief.close();
  return stolen;
}

test.each<[string, (key: string, cookie: string, token: string) => string[]]>([
  ['no protocol', () => []],
  ['the protocol without a key', () => ['cascade-lab']],
  ['an empty key', () => ['cascade-lab', 'key.']],
  ['the key without its prefix', (key) => ['cascade-lab', key]],
  ['a key that is cut', (key) => ['cascade-lab', `key.${key.slice(0, -1)}`]],
  ['a key that is longer', (key) => ['cascade-lab', `key.${key}x`]],
  ['the cookie as a key', (_, cookie) => ['cascade-lab', `key.${cookie.split('=')[1]}`]],
  ['the token as a key', (_, __, token) => ['cascade-lab', `key.${token}`]],
  ['the key of a server before', () => ['cascade-lab', `key.${'A'.repeat(43)}`]],
])('a stolen cookie that is replayed with %s opens no connection', async (_, protocols) => {
  const cookie = await stealCookie();
  expect(cookie).toBe(local.cookie);
  const token = new URL(local.server.address).searchParams.get('token')!;
  expect(await openSocket(local, { cookie, protocols: protocols(local.key, cookie, token) })).toBe(401);
});

test('the key without the cookie opens nothing either', async () => {
  expect(await openSocket(local, { cookie: null })).toBe(401);
  expect((await get(port, '/rpc', { Authorization: `Bearer ${local.key}` })).status).toBe(401);
});

test('nothing that the cookie buys holds the key or the token', async () => {
  const cookie = await stealCookie();
  const token = new URL(local.server.address).searchParams.get('token')!;
  for (const path of ['/', '/index.html', '/assets/index-abc123.js', '/rpc', '/absent', '/?token=x']) {
    const answer = JSON.stringify(await get(port, path, { Cookie: cookie }));
    expect(answer, path).not.toContain(local.key);
    expect(answer, path).not.toContain(token);
  }
});

test('the key comes behind the #, differs from all else, and is not given back in the handshake', async () => {
  const { search } = new URL(local.server.address);
  const { headers } = await get(port, `/${search}`);
  expect(headers.location).toBe(`/#key=${local.key}`);
  expect(local.key).toMatch(/^[\w-]{43}$/);
  expect(String(headers['set-cookie'])).not.toContain(local.key);
  expect(local.server.address).not.toContain(local.key);
  const socket = await openSocket(local);
  expect(socket).toBeInstanceOf(WebSocket);
  expect((socket as WebSocket).protocol).toBe('cascade-lab');
});

test('a page learns by a request whether its key is good', async () => {
  const cookie = { Cookie: local.cookie };
  expect((await get(port, '/rpc', { ...cookie, Authorization: `Bearer ${local.key}` }, 'HEAD')).status).toBe(
    426,
  );
  expect((await get(port, '/rpc', { ...cookie, Authorization: `Bearer ${local.key}x` }, 'HEAD')).status).toBe(
    401,
  );
  expect((await get(port, '/rpc', cookie, 'HEAD')).status).toBe(401);
});

/** Many connections, each of which says `text` and is then held open for as long as the other side lets it. */
async function hold(count: number, text: string): Promise<{ sockets: Socket[]; open: () => number }> {
  let open = 0;
  const sockets = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve) => {
          const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
            open++;
            socket.write(text);
            resolve(socket);
          });
          socket.on('error', () => {}).on('close', () => open--);
          // Never ends its own side, whatever it is sent.
          socket.on('data', () => {});
        }),
    ),
  );
  return { sockets, open: () => open };
}

const upgrade = (more: string) =>
  `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\n${more}` +
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

test.each<[string, () => string]>([
  ['say nothing', () => ''],
  ['trickle their headers', () => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `],
  ['have no cookie', () => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`],
  ['ask for a WebSocket without a cookie', () => upgrade('')],
  ['ask for a WebSocket with the cookie alone', () => upgrade(`Cookie: ${local.cookie}\r\n`)],
  [
    'read the page with a stolen cookie',
    () => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${local.cookie}\r\n\r\n`,
  ],
])('strangers who %s keep nobody out, and no page is cut off for them', async (_, text) => {
  const page = (await openSocket(local)) as WebSocket;
  const { sockets } = await hold(40, text());
  expect((await get(port, '/', { Cookie: local.cookie })).status).toBe(200);
  const { search } = new URL(local.server.address);
  expect((await get(port, `/${search}`)).status).toBe(303);
  expect(await openSocket(local)).toBeInstanceOf(WebSocket);
  expect(page.readyState).toBe(WebSocket.OPEN);
  for (const socket of sockets) socket.destroy();
});

test('a visitor who has just asked is not the one who gives way', async () => {
  const { search } = new URL(local.server.address);
  let closed = false;
  const visitor = connect({ port, host: '127.0.0.1' }, () =>
    visitor.write(`GET /${search} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`),
  );
  visitor.on('close', () => (closed = true)).on('error', () => {});
  await new Promise((resolve) => visitor.once('data', resolve));
  const { sockets } = await hold(40, '');
  expect(closed).toBe(false);
  visitor.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${local.cookie}\r\n\r\n`);
  expect(String(await new Promise((resolve) => visitor.once('data', resolve)))).toMatch(/^HTTP\/1\.1 200 /);
  for (const socket of [visitor, ...sockets]) socket.destroy();
});

test('a refused WebSocket is ended, though the peer never ends its side', async () => {
  const { sockets, open } = await hold(3, upgrade(''));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('end', resolve))));
  // The peer's side is still open: only where ours is gone altogether does writing to it break it.
  await expect
    .poll(() => {
      for (const socket of sockets) if (!socket.destroyed) socket.write('x');
      return open();
    })
    .toBe(0);
});

test('pages beyond their own limit are refused, and told so', async () => {
  for (let i = 0; i < 3; i++) expect(await openSocket(local)).toBeInstanceOf(WebSocket);
  expect(await openSocket(local)).toBe(503);
});

test('a peer who does not read its answer is ended', async () => {
  const body = Buffer.alloc(64 * 2 ** 20);
  const file = { body, contentType: 'text/html; charset=utf-8', cacheControl: 'no-store' };
  const large = await startLocal({ files: new Map([['/', file]]), limits: { silenceMilliseconds: 300 } });
  const socket = connect({ port: large.server.port, host: '127.0.0.1' });
  socket.pause();
  socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${large.server.port}\r\nCookie: ${large.cookie}\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  let read = 0;
  socket.on('data', (data) => (read += data.length)).on('error', () => {});
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(read).toBeLessThan(body.length);
  await large.server.close();
});

test('the file that leads the browser here is for this user alone, and goes away', () => {
  const address = 'http://127.0.0.1:1/?token=abc&x="<y>';
  const before = process.umask(0);
  const redirect = writeRedirect(address);
  process.umask(before);
  const file = fileURLToPath(redirect.href);
  if (process.platform !== 'win32') {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  }
  expect(redirect.href).not.toContain('abc');
  expect(readFileSync(file, 'utf8')).toContain(
    'content="0; url=http://127.0.0.1:1/?token=abc&amp;x=&quot;&lt;y>"',
  );
  const listeners = process.listenerCount('exit');
  redirect.remove();
  redirect.remove();
  expect(existsSync(dirname(file))).toBe(false);
  expect(process.listenerCount('exit')).toBe(listeners - 1);
});
