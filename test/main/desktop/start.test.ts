import { createORPCClient } from '@orpc/client';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { CascadeError } from '../../../common/errors.ts';
import { lineLink } from '../../../common/line/link.ts';
import type { CascadeClient } from '../../../main/api/router.ts';
import { MAX_MESSAGE_BYTES } from '../../../main/api/line.ts';
import { parseDesktopOptions } from '../../../main/desktop/options.ts';
import { openDesktop } from './helpers.ts';

function clientOn(port: MessagePort): CascadeClient {
  const line = lineLink((message) => port.postMessage(message));
  port.on('message', (message: string | ArrayBuffer) => line.receive(message));
  return createORPCClient(line.link);
}

test('the contract works through the port, binary answers, events and typed errors too', async () => {
  const { double, workstation } = await openDesktop();
  const port = double.requestPort()!;
  const client = clientOn(port);
  expect((await client.workstation.status()).way).toBe('desktop');
  const { runs } = await client.studies.start({ text: 'random 1', fileName: 'a.yaml' });
  const blob = await client.runs.planes({ id: runs[0]!, epoch: 1, layer: 'dense1' });
  expect([...decodeFrame('planes', blob).body]).toEqual([0xff, 0, 1, 2, 3, 4, 5, 6]);
  await expect(client.runs.get({ id: '000000000000-s9' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    defined: true,
  });
  const events = await client.workstation.events();
  expect((await events.next()).value).toMatchObject({ type: 'status' });
  expect(workstation.listeners.size).toBe(1);
  port.close();
  await expect.poll(() => workstation.listeners.size).toBe(0);
});

test('a page that was reloaded gets a new port, and its old one is closed', async () => {
  const { double } = await openDesktop();
  const old = double.requestPort()!;
  const closed = new Promise((resolve) => old.on('close', () => resolve('closed')));
  const port = double.requestPort()!;
  expect(await closed).toBe('closed');
  expect((await clientOn(port).workstation.status()).way).toBe('desktop');
  port.close();
});

test.each<[string, unknown]>([
  ['null', null],
  ['a number', 7],
  ['text that is no JSON', 'hello'],
  ['an object without a request', { i: '1' }],
  ['binary garbage', new Uint8Array([1, 2, 0xff, 3])],
  [
    'more than a message may hold',
    JSON.stringify({ i: '1', p: { u: '/runs/list' } }) + ' '.repeat(MAX_MESSAGE_BYTES),
  ],
])('a page that sends %s loses its port, and nothing else', async (_, message) => {
  const { double } = await openDesktop();
  const port = double.requestPort()!;
  const closed = new Promise((resolve) => port.on('close', () => resolve('closed')));
  port.postMessage(message);
  expect(await closed).toBe('closed');
  const again = double.requestPort()!;
  expect((await clientOn(again).workstation.status()).way).toBe('desktop');
  again.close();
});

test('a second start brings the window to the front, and opens nothing', async () => {
  const { double } = await openDesktop();
  double.window.minimized = true;
  double.app.emit('second-instance');
  expect(double.window.calls.slice(-3)).toEqual(['restore', 'show', 'focus']);

  const opened: unknown[] = [];
  const second = await openDesktop(
    { openWorkstation: (options) => Promise.reject(opened.push(options)) },
    {},
    (electron) => (electron.app.isFirst = false),
  );
  expect(opened).toEqual([]);
  expect(second.double.app.ended).toBe(true);
  expect(second.double.windows).toEqual([]);
});

test('the end waits until the workstation has closed, however often it is asked for', async () => {
  const { double, workstation } = await openDesktop();
  const close = Promise.withResolvers<void>();
  let closes = 0;
  workstation.close = () => {
    closes++;
    return close.promise;
  };
  double.app.quit();
  double.app.emit('window-all-closed');
  expect(double.app.ended).toBe(false);
  close.resolve();
  await expect.poll(() => double.app.ended).toBe(true);
  expect(closes).toBe(1);
});

test('a workstation that cannot close is told of, and does not hold the end back for ever', async () => {
  const { double, workstation, warned } = await openDesktop();
  workstation.close = () => Promise.reject(new Error('the disk is gone'));
  double.app.quit();
  await expect.poll(() => double.app.ended).toBe(true);
  expect(warned).toEqual(['the disk is gone']);
});

test('a workspace that is held: a box with the sentence, exit code 1, no window', async () => {
  const { double } = await openDesktop({
    openWorkstation: () => Promise.reject(new CascadeError('WORKSPACE_LOCKED', 'It is open in process 7.')),
  });
  expect(double.errors).toEqual(['It is open in process 7.']);
  expect(double.app.calls).toContain('exit 1');
  expect(double.windows).toEqual([]);
});

test('the starter study starts in an empty workspace unless told otherwise', async () => {
  expect((await openDesktop()).workstation.runs.size).toBe(2);
  expect((await openDesktop({}, { starter: false })).workstation.runs.size).toBe(0);
});

test('the window comes back where it was, if a screen is still there', async () => {
  const { double } = await openDesktop();
  expect(double.window.options).toMatchObject({ width: 1440, height: 900, show: false });
  double.window.emit('close');
  const kept = readFileSync(join(double.app.userData, 'window.json'), 'utf8');
  const withState = async (text: string) =>
    (await openDesktop({}, {}, (electron) => writeFileSync(join(electron.app.userData, 'window.json'), text)))
      .double.window;
  expect((await withState(kept)).options).toMatchObject({ x: 10, y: 20, width: 1000, height: 700 });
  const away = JSON.stringify({ x: 5000, y: 20, width: 1000, height: 700, maximized: true });
  const { options, calls } = await withState(away);
  expect(options.x).toBeUndefined();
  expect(options).toMatchObject({ width: 1000, height: 700 });
  expect(calls).toContain('maximize');
  for (const broken of ['', '{', '{"x":"a"}', '{"x":1,"y":1,"width":1,"height":1,"maximized":false}'])
    expect((await withState(broken)).options).toMatchObject({ width: 1440, height: 900 });
});

test('options of ours are read, and switches of Chromium’s left to it', () => {
  const args = [
    '--enable-features=X',
    '--workspace',
    '/w',
    '--no-starter',
    '--threads',
    '2',
    '--ozone-platform=x11',
  ];
  expect(parseDesktopOptions(args, '0')).toEqual({ workspace: '/w', starter: false, threads: 2 });
});
