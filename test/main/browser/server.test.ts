import { createORPCClient } from '@orpc/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { decodeRuns } from '../../../common/codec/run-frames.ts';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { socketLink, type SocketLike } from '../../../common/line/link.ts';
import type { CascadeClient } from '../../../main/api/router.ts';
import type { WorkstationEvent } from '../../../common/contract/schemas.ts';
import { get, openSocket, startLocal, type Local } from './helpers.ts';

let local: Local;
beforeEach(async () => {
  local = await startLocal();
});
afterEach(() => local.server.close());

async function client(): Promise<{ client: CascadeClient; socket: WebSocket }> {
  const socket = await openSocket(local);
  if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket}`);
  return { client: createORPCClient(socketLink(socket as SocketLike)), socket };
}

test('the token buys a cookie once, and the cookie shows the page', async () => {
  const { pathname, search } = new URL(local.server.address);
  const first = await get(local.server.port, pathname + search);
  expect(first.status).toBe(303);
  expect(first.headers.location).toMatch(/^\/#key=[\w-]{43}$/);
  const page = await get(local.server.port, '/', { Cookie: local.cookie });
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['cache-control']).toBe('no-store');
  expect(page.body).toContain('Cascade Lab');
  const script = await get(local.server.port, '/assets/index-abc123.js', { Cookie: local.cookie });
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(script.headers['cache-control']).toContain('immutable');
});

test('the printed address opens again and again', async () => {
  const { pathname, search } = new URL(local.server.address);
  for (let i = 0; i < 3; i++) expect((await get(local.server.port, pathname + search)).status).toBe(303);
});

test('localhost is as good as 127.0.0.1', async () => {
  const host = `localhost:${local.server.port}`;
  const page = await get(local.server.port, '/', { Cookie: local.cookie, Host: host });
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toContain(`ws://${host}`);
  expect(await openSocket(local, { host, origin: `http://${host}` })).toBeInstanceOf(WebSocket);
});

test('the contract works over the WebSocket, binary answers and typed errors too', async () => {
  const { client: remote } = await client();
  const { runs } = await remote.studies.start({ text: 'control 0\nrandom 1', fileName: 'a.yaml' });
  const id = runs[1]!;
  expect(decodeRuns(await remote.runs.list())).toHaveLength(2);
  const blob = await remote.runs.planes({ id, epoch: 1, layer: 'dense1' });
  const { header, body } = decodeFrame('planes', blob);
  expect(header.layer).toBe('dense1');
  expect([...body]).toEqual([0xff, 0, 1, 2, 3, 4, 5, 6]);
  await expect(remote.runs.planes({ id, epoch: 1, layer: 'none' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no layer none.',
    defined: true,
  });
});

test('events stream, and a closed connection leaves no listener behind', async () => {
  const { client: remote, socket } = await client();
  const seen: WorkstationEvent[] = [];
  const events = await remote.workstation.events();
  const { runs } = await remote.studies.start({ text: 'random 1', fileName: 'a.yaml' });
  for await (const event of events) {
    seen.push(event);
    if (event.type === 'run' && event.run.state === 'running') break;
  }
  expect(seen[0]?.type).toBe('status');
  expect(seen.some((event) => event.type === 'run' && event.run.id === runs[0])).toBe(true);

  await remote.workstation.events();
  expect(local.double.listeners.size).toBeGreaterThan(0);
  socket.terminate();
  await expect.poll(() => local.double.listeners.size).toBe(0);
});

test('a client that does not read holds up its own stream, and progress is thinned meanwhile', async () => {
  const { client: remote, socket } = await client();
  const events = await remote.workstation.events();
  const { runs } = await remote.studies.start({ text: 'random 1', fileName: 'a.yaml' });
  const id = runs[0]!;
  await expect.poll(() => local.double.runs.get(id)?.state).toBe('running');
  socket.pause();
  // More than the system's own buffers for a connection hold.
  const message = 'x'.repeat(100_000);
  const count = 200;
  for (let i = 0; i < count; i++) {
    local.double.emit({ type: 'log', id, event: { kind: 'pruned', epoch: i, time: 0, message, data: {} } });
    local.double.progress(id, i);
    await new Promise(setImmediate);
  }
  socket.resume();
  const counts = { log: 0, progress: 0 };
  for await (const event of events) {
    if (event.type === 'log') counts.log++;
    if (event.type === 'progress') counts.progress++;
    if (event.type === 'progress' && event.progress.step === count - 1) break;
  }
  expect(counts.log).toBe(count);
  expect(counts.progress).toBeLessThan(count - 20);
});

test('closing ends every connection and frees the port', async () => {
  const { socket } = await client();
  const code = new Promise((resolve) => socket.on('close', resolve));
  await local.server.close();
  expect(await code).toBe(1001);
  await expect(get(local.server.port, '/')).rejects.toThrow(/ECONNREFUSED/);
});
