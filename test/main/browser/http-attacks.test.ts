import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contention } from '../../contention.ts';
import { get, pageFolder, raw, startLocal, type Local } from './helpers.ts';
import { connect } from 'node:net';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPageFiles } from '../../../main/entry/page-files.ts';

let local: Local;
let port: number;
let own: { Cookie: string };
beforeEach(async () => {
  local = await startLocal();
  port = local.server.port;
  own = { Cookie: local.cookie };
});
afterEach(() => local.server.close());

/** DNS rebinding: evil.example now resolves to 127.0.0.1, and even has the cookie. */
test.each([
  'evil.example',
  'evil.example:PORT',
  '127.0.0.1',
  '127.0.0.1:1',
  'localhost',
  'LOCALHOST:PORT',
  '127.0.0.1.evil.example:PORT',
  'evil.example#127.0.0.1:PORT',
  'user@127.0.0.1:PORT',
  '0.0.0.0:PORT',
  '127.1:PORT',
  '[::1]:PORT',
])('rebinding: the host %j is refused before anything else is looked at', async (name) => {
  const host = name.replace('PORT', String(port));
  for (const method of ['GET', 'HEAD', 'POST'])
    expect((await get(port, '/', { ...own, Host: host }, method)).status, method).toBe(403);
});

test('rebinding: the token is not even looked at for another host', async () => {
  const { search } = new URL(local.server.address);
  const answer = await get(port, `/${search}`, { Host: `evil.example:${port}` });
  expect(answer.status).toBe(403);
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('rebinding: a second Host header does not smuggle another name in', async () => {
  const hosts = `Host: 127.0.0.1:${port}\r\nHost: evil.example`;
  const answer = await raw(port, `GET / HTTP/1.1\r\n${hosts}\r\nCookie: ${local.cookie}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
});

test('rebinding: no Host at all is refused', async () => {
  expect(await raw(port, `GET / HTTP/1.0\r\nCookie: ${local.cookie}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
});

test('a stranger without the cookie sees no file, not even which there are', async () => {
  for (const path of ['/', '/index.html', '/assets/index-abc123.js', '/absent', '/rpc'])
    expect((await get(port, path)).status, path).toBe(401);
});

test('a wrong token, a longer one, an empty one, two of them: no cookie', async () => {
  const right = new URL(local.server.address).searchParams.get('token')!;
  const wrong = [
    `${right.slice(0, -1)}!`,
    `${right}x`,
    '',
    right.toLowerCase(),
    `${right}&token=${right}`,
    `x&a=${right}`,
  ];
  for (const token of wrong) {
    const answer = await get(port, `/?token=${token}`);
    expect(answer.status, token).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
  expect((await get(port, `/?token=${right}`)).status).toBe(303);
});

test('the address given to a browser is good for one visit only: its arguments can be read by others', async () => {
  const { search } = new URL(local.server.openingAddress(() => {}));
  expect(search).not.toBe(new URL(local.server.address).search);
  expect((await get(port, `/${search}`)).status).toBe(303);
  expect((await get(port, `/${search}`)).status).toBe(401);
});

test('a forged cookie, another port’s, the token as a cookie: refused', async () => {
  const [name, value] = local.cookie.split('=') as [string, string];
  const token = new URL(local.server.address).searchParams.get('token')!;
  for (const cookie of [
    `${name}=`,
    `${name}=x`,
    `${name}=${value}x`,
    `cascade-1=${value}`,
    `${name}=${token}`,
    value,
  ])
    expect((await get(port, '/', { Cookie: cookie })).status, cookie).toBe(401);
  expect((await get(port, '/', { Cookie: `other=1; ${local.cookie}; more=2` })).status).toBe(200);
});

/** Lax, since the file that leads the browser here is of no site: a strict cookie would not follow the redirection. */
test('the cookie is out of reach of scripts, and of other sites but for opening the page', async () => {
  const { search } = new URL(local.server.address);
  const [cookie] = (await get(port, `/${search}`)).headers['set-cookie']!;
  const [pair, ...flags] = cookie!.split('; ');
  expect(flags.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax']);
  expect(pair).toMatch(new RegExp(`^cascade-${port}=[A-Za-z0-9_-]{43}$`));
  expect(search).toMatch(/^\?token=[A-Za-z0-9_-]{43}$/);
  expect(cookie).not.toContain(search.slice('?token='.length));
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
  '%s is not answered',
  async (method) => {
    const answer = await get(port, '/', own, method);
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  },
);

test('HEAD has the headers of GET and no body', async () => {
  const answer = await get(port, '/', own, 'HEAD');
  expect(answer.status).toBe(200);
  expect(answer.body).toBe('');
  expect(Number(answer.headers['content-length'])).toBeGreaterThan(0);
});

test('no other origin may read: no CORS header on any answer, whatever is asked', async () => {
  const asking = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'GET', ...own };
  const { search } = new URL(local.server.address);
  for (const [path, method] of [
    ['/', 'GET'],
    ['/', 'OPTIONS'],
    ['/absent', 'GET'],
    [`/${search}`, 'GET'],
  ] as const) {
    const { headers } = await get(port, path, asking, method);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  }
});

test('the page can load and send nothing but to where it came from', async () => {
  const { headers } = await get(port, '/', own);
  expect(String(headers['content-security-policy']).split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src 'self' ws://127.0.0.1:${port}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
});

const UP = [
  '..',
  '%2e%2e',
  '%2E%2E',
  '.%2e',
  '%252e%252e',
  '..%00',
  '%c0%ae%c0%ae',
  '%uff0e%uff0e',
  '....',
  '..;',
];
const SLASHES = ['/', '%2f', '\\', '%5c', '%252f', '//', '%c0%af'];
test('traversal: no spelling of the way up leaves the page’s folder', async () => {
  const paths = UP.flatMap((up) =>
    SLASHES.flatMap((slash) => [
      `/${up}${slash}secret.txt`,
      `/assets${slash}${up}${slash}${up}${slash}secret.txt`,
    ]),
  );
  paths.push(
    '//secret.txt',
    '/secret.txt',
    '/./index.html',
    '/assets/',
    '/assets',
    '/@fs/etc/passwd',
    '/etc/passwd',
  );
  paths.push(
    '/index.html%00.js',
    '/INDEX.HTML',
    '/index.html/',
    '/?raw=../secret.txt#',
    'file:///etc/passwd',
  );
  for (const path of paths) {
    const answer = await get(port, path, own);
    expect(answer.body, path).not.toContain('SECRET');
    if (!path.startsWith('/?')) expect(answer.status, path).toBe(404);
  }
});

test('traversal: an absolute address in the request line is no path', async () => {
  const line = `GET http://127.0.0.1:${port}/../secret.txt HTTP/1.1`;
  const answer = await raw(
    port,
    `${line}\r\nHost: 127.0.0.1:${port}\r\nCookie: ${local.cookie}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
});

test('traversal: a link in the page’s folder is not followed, and what appears later is not served', async () => {
  const folder = pageFolder();
  symlinkSync(join(folder, '..', 'secret.txt'), join(folder, 'link.txt'));
  symlinkSync(join(folder, '..'), join(folder, 'up'));
  const files = readPageFiles(folder);
  writeFileSync(join(folder, 'later.txt'), 'LATER');
  expect([...files.keys()].sort()).toEqual(['/', '/assets/index-abc123.js', '/index.html']);
});

test('an address or headers without end are cut off', async () => {
  expect((await get(port, `/${'a'.repeat(3_000)}`, own)).status).toBe(414);
  expect((await get(port, '/', { ...own, 'X-Long': 'a'.repeat(10_000) })).status).toBe(431);
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`X-${i}`, 'aaaa']));
  expect((await get(port, '/', many)).status).toBe(431);
});

test('slow loris: headers that trickle, and connections that say nothing, are ended', async () => {
  const slow = await startLocal({ limits: { headersMilliseconds: 300 } });
  const started = performance.now();
  const answers = await Promise.all([
    raw(slow.server.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${slow.server.port}\r\nX-Slow: `),
    raw(slow.server.port, ''),
  ]);
  expect(answers[0]).toMatch(/^HTTP\/1\.1 408 /);
  expect((performance.now() - started) / contention()).toBeLessThan(3_000);
  await slow.server.close();
});

test('a connection kept open after its answer is ended when idle', async () => {
  const idle = await startLocal({ limits: { idleMilliseconds: 200 } });
  const request = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${idle.server.port}\r\nCookie: ${idle.cookie}\r\n\r\n`;
  const started = performance.now();
  expect(await raw(idle.server.port, request)).toMatch(/^HTTP\/1\.1 200 /);
  expect((performance.now() - started) / contention()).toBeLessThan(4_000);
  await idle.server.close();
});

test('a flood of connections does not pile up beyond the limit', async () => {
  const small = await startLocal({ limits: { strangers: 3 } });
  const sockets = Array.from({ length: 8 }, () => connect({ port: small.server.port, host: '127.0.0.1' }));
  let ended = 0;
  for (const socket of sockets) socket.on('error', () => {}).on('close', () => ended++);
  await expect.poll(() => ended).toBe(5);
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(async () => (await get(small.server.port, '/', { Cookie: small.cookie })).status)
    .toBe(200);
  await small.server.close();
});

test('garbage instead of HTTP ends that connection only', async () => {
  expect(await raw(port, '\u0016\u0003\u0001\u0002garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect((await get(port, '/', own)).status).toBe(200);
});

test('nobody reaches it from another machine: it listens on 127.0.0.1 alone', async () => {
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((address) => address !== undefined && address.address !== '127.0.0.1' && !address.scopeid)
    .map((address) => address!.address);
  for (const host of [...others, '::1', ...(process.platform === 'linux' ? ['127.0.0.2'] : [])])
    await expect(raw(port, 'GET / HTTP/1.1\r\n\r\n', host), host).rejects.toThrow();
});
