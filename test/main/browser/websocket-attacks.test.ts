import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { MAX_MESSAGE_BYTES, MAX_OPEN_CALLS } from '../../../main/api/line.ts';
import { closeCode, openSocket, startLocal, type Handshake, type Local } from './helpers.ts';

let local: Local;
let victim: WebSocket;
beforeEach(async () => {
  local = await startLocal();
  victim = await open();
});
afterEach(async () => {
  // Whatever was tried on another connection, this one still works.
  expect(await ask(victim, '/workstation/status')).toMatchObject({
    s: undefined,
    b: { json: { way: 'browser' } },
  });
  await local.server.close();
});

async function open(handshake: Handshake = {}): Promise<WebSocket> {
  const socket = await openSocket(local, handshake);
  if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket}`);
  return socket;
}

let id = 0;
/** One call in the wire's own form; answers with the response's status, headers and body. */
function ask(socket: WebSocket, path: string, body: unknown = {}): Promise<Record<string, unknown>> {
  const own = String(++id);
  return new Promise((resolve, reject) => {
    const listener = (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { i: string; p: Record<string, unknown> };
      if (message.i !== own) return;
      socket.off('message', listener);
      resolve({ s: undefined, ...message.p });
    };
    socket.on('message', listener);
    socket.once('close', () => reject(new Error('closed')));
    socket.send(JSON.stringify({ i: own, p: { u: path, b: body } }));
  });
}

test('the page that was served may connect', async () => {
  expect(await open()).toBeInstanceOf(WebSocket);
});

test.each([null, '', 'null', 'https://evil.example', 'http://127.0.0.1', 'http://127.0.0.1:1', 'file://'])(
  'cross-site WebSocket: the origin %j is refused, cookie or not',
  async (origin) => {
    expect(await openSocket(local, { origin })).toBe(403);
  },
);

test('cross-site WebSocket: another port, scheme or name of this machine is another origin', async () => {
  const { port } = local.server;
  for (const origin of [
    `https://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://evil.example/http://127.0.0.1:${port}`,
    `http://127.0.0.1:${port + 1}`,
  ])
    expect(await openSocket(local, { origin }), origin).toBe(403);
});

test('rebinding: another host is refused even where its origin agrees', async () => {
  const host = `evil.example:${local.server.port}`;
  expect(await openSocket(local, { host, origin: `http://${host}` })).toBe(403);
});

test('no cookie, or a forged one', async () => {
  expect(await openSocket(local, { cookie: null })).toBe(401);
  expect(await openSocket(local, { cookie: `${local.cookie}x` })).toBe(401);
});

test('the launch token does not open a WebSocket', async () => {
  const { search } = new URL(local.server.address);
  expect(await openSocket(local, { cookie: null, path: `/${search}` })).toBe(401);
  expect(await openSocket(local, { cookie: null, path: `/rpc${search}` })).toBe(401);
});

test.each(['/', '/rpc/', '/rpc?x=1', '/RPC', '/index.html'])('no WebSocket at %s', async (path) => {
  expect(await openSocket(local, { path })).toBe(404);
});

test('a message beyond the limit ends the connection; one below it is read', async () => {
  const huge = await open();
  huge.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
  expect(await closeCode(huge)).toBe(1009);
  const large = await open();
  const text = 'x'.repeat(900_000);
  const answer = await ask(large, '/studies/check', { json: { text, fileName: 'a.yaml' } });
  expect(answer['s']).toBeUndefined();
});

test('a message in ten thousand fragments counts as one', async () => {
  const socket = await open();
  const closed = closeCode(socket);
  const piece = 'x'.repeat(1_000);
  for (let i = 0; i < 3_000; i++) socket.send(piece, { fin: false });
  expect(await closed).toBe(1009);
});

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
test.each<[string, string | Buffer]>([
  ['no JSON', 'hello'],
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '7'],
  ['an array', '[]'],
  ['no request', '{"i":"1"}'],
  ['a request that is null', '{"i":"1","p":null}'],
  ['a path that is a number', '{"i":"1","p":{"u":7}}'],
  ['a path that is no address', '{"i":"1","p":{"u":"::"}}'],
  ['binary garbage', Buffer.from(Uint8Array.from({ length: 5_000 }, (_, i) => (i * 197) % 256))],
  ['a delimiter alone', Buffer.of(0xff)],
  ['JSON without end', '{"i":"1","p":{"u":"/runs/list","b":'],
  ['a million brackets', deep(1_000_000)],
])('%s ends that connection only', async (_, message) => {
  const socket = await open();
  const closed = closeCode(socket);
  socket.send(message);
  expect(await closed).toBe(1007);
});

test('an input nested a hundred thousand deep is refused, not followed', async () => {
  const socket = await open();
  const answered = new Promise<string>((resolve) =>
    socket.on('message', (data: Buffer) => resolve(data.toString())),
  );
  socket.send(`{"i":"1","p":{"u":"/runs/get","b":{"json":{"id":${deep(100_000)}}}}}`);
  expect(JSON.parse(await answered)).toMatchObject({ p: { b: { json: { code: 'INVALID' } } } });
});

test.each([
  '/__proto__/toString',
  '/constructor',
  '/workstation/__proto__',
  '/runs',
  '/',
  '/../rpc',
  '/runs/get/x',
])('no call at %s', async (path) => {
  expect((await ask(victim, path))['s']).toBe(404);
});

test('prototype pollution: neither keys nor the serializer’s notes reach Object.prototype', async () => {
  const input =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"id":"000000000000-s0"}';
  for (const meta of ['[]', '[[1,"__proto__","polluted"]]', '[[2,"constructor","prototype","polluted"]]']) {
    victim.send(`{"i":"p${meta.length}","p":{"u":"/runs/get","b":{"json":${input},"meta":${meta}}}}`);
    await ask(victim, '/workstation/status');
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('an answer to what went wrong inside carries no stack and no path', async () => {
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  local.double.listRuns = () => Promise.reject(new Error('at /home/someone/secret'));
  const answer = JSON.stringify(await ask(victim, '/runs/list'));
  expect(answer).toContain('INTERNAL_SERVER_ERROR');
  expect(answer).not.toMatch(/secret|stack|\.ts/);
  expect(log.mock.calls.join()).toContain('secret');
  log.mockRestore();
});

test('calls without end: more than can be open at once end the connection', async () => {
  local.double.listRuns = () => new Promise(() => {});
  const socket = await open();
  const closed = closeCode(socket);
  for (let i = 0; i <= MAX_OPEN_CALLS; i++) socket.send(`{"i":"${i}","p":{"u":"/runs/list"}}`);
  expect(await closed).toBe(1008);
  local.double.listRuns = () => Promise.resolve([]);
});

/** A socket past the handshake, for frames that `ws` itself would not send. */
async function rawSocket(): Promise<{ socket: Socket; closed: Promise<Buffer> }> {
  const { port } = local.server;
  const socket = connect({ port, host: '127.0.0.1' });
  const headers = [
    `GET /rpc HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Origin: http://127.0.0.1:${port}`,
    `Cookie: ${local.cookie}`,
    `Sec-WebSocket-Protocol: cascade-lab, key.${local.key}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.write(`${headers.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  const parts: Buffer[] = [];
  socket.on('data', (data) => parts.push(data as Buffer));
  const closed = new Promise<Buffer>((resolve) => socket.on('close', () => resolve(Buffer.concat(parts))));
  return { socket, closed };
}

test.each<[string, number[], number]>([
  ['a frame without its mask', [0x81, 0x02, 0x68, 0x69], 1002],
  ['reserved bits', [0xf1, 0x80, 0, 0, 0, 0], 1002],
  ['an unknown opcode', [0x83, 0x80, 0, 0, 0, 0], 1002],
  ['a length of 2⁶³', [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
  ['text that is not UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007],
])('%s ends that connection only', async (_, bytes, code) => {
  const { socket, closed } = await rawSocket();
  socket.write(Uint8Array.from(bytes));
  const answer = await closed;
  // A close frame: opcode 8, length, then the code. It may be missing where the connection was just cut.
  if (answer.length >= 4) expect(answer.readUInt16BE(2)).toBe(code);
});

test('a frame that never ends holds nothing but its own connection', async () => {
  const { socket } = await rawSocket();
  socket.write(Uint8Array.of(0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0x7b));
  expect(await ask(victim, '/studies/bundled')).toMatchObject({ b: { json: expect.any(Array) as unknown } });
  socket.destroy();
});
