import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { writeRedirect } from '../../../main/browser/open-browser.ts';
import { redirectFolders } from '../../../main/browser/redirect-folders.ts';
import { temporaryFolder } from '../doubles/temporary-folder.ts';
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
  const redirect = writeRedirect(address, [temporaryFolder()]);
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

test('the file that leads the browser here goes away after a minute, though no browser came', () => {
  const folder = temporaryFolder();
  vi.useFakeTimers();
  try {
    const { href } = writeRedirect('http://127.0.0.1:1/', [folder]);
    vi.advanceTimersByTime(59_999);
    expect(existsSync(fileURLToPath(href))).toBe(true);
    vi.advanceTimersByTime(1);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test('what a killed process has left is taken away by the next one; nothing else is', () => {
  const folder = temporaryFolder();
  const long = new Date(Date.now() - 300_000);
  const leave = (name: string, file: string, at = new Date()): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, file), '');
    utimesSync(join(folder, name), at, at);
  };
  leave('cascade-lab-open-killed', 'open.html', long);
  leave('cascade-lab-open-alive', 'open.html');
  leave('cascade-lab-open-other', 'thesis.tex', long);
  leave('downloads', 'open.html', long);
  writeRedirect('http://127.0.0.1:1/', [folder]).remove();
  expect(readdirSync(folder).sort()).toEqual([
    'cascade-lab-open-alive',
    'cascade-lab-open-other',
    'downloads',
  ]);
  expect(readdirSync(join(folder, 'cascade-lab-open-other'))).toEqual(['thesis.tex']);
});

test('the file lies where browsers of every installation can read it, else where it can be written', () => {
  const home = temporaryFolder();
  const [env, config] = [{ HOME: home }, join(home, '.config')];
  const first = () => redirectFolders(env, 'linux')[0];
  mkdirSync(config);
  const say = (line: string) => writeFileSync(join(config, 'user-dirs.dirs'), `# said\n${line}\n`);
  expect(first()).toBe(join(home, 'Downloads'));
  say('XDG_DOWNLOAD_DIR="$HOME/Heruntergeladenes"');
  expect(first()).toBe(join(home, 'Heruntergeladenes'));
  // A snap sees nothing that is hidden, and nothing outside of the home folder.
  for (const hidden of ['"$HOME/.downloads"', '"$HOME/a/.b/c"', '"/srv/downloads"']) {
    say(`XDG_DOWNLOAD_DIR=${hidden}`);
    expect(first(), hidden).toBe(join(home, 'Downloads'));
  }
  say('XDG_DOWNLOAD_DIR="$HOME/"');
  expect(dirname(join(first()!, 'x'))).toBe(home);

  // A folder that is not there, or is not ours to write to, is passed over.
  say('XDG_DOWNLOAD_DIR="$HOME/absent"');
  const redirect = writeRedirect('http://127.0.0.1:1/', redirectFolders(env, 'linux'));
  expect(dirname(dirname(fileURLToPath(redirect.href)))).toBe(home);
  redirect.remove();
  expect(readdirSync(home)).toEqual(['.config']);
  expect(redirectFolders(env, 'linux').at(-1)).not.toContain(home);
  expect(redirectFolders(env, 'darwin')).toEqual(redirectFolders(env, 'win32'));
  const file = join(home, 'a file');
  writeFileSync(file, '');
  expect(() => writeRedirect('http://127.0.0.1:1/', [file, join(home, 'absent')])).toThrow();
});
