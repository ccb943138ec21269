import { beforeAll, expect, test, vi } from 'vitest';

const electron = vi.hoisted(() => ({
  exposed: new Map<string, unknown>(),
  sent: [] as unknown[][],
  listeners: new Map<string, (event: { ports: unknown[] }) => void>(),
}));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: unknown) => electron.exposed.set(name, value) },
  ipcRenderer: {
    send: (...args: unknown[]) => electron.sent.push(args),
    on: (channel: string, listener: (event: { ports: unknown[] }) => void) =>
      electron.listeners.set(channel, listener),
  },
}));

interface PageMessage {
  source: unknown;
  origin: string;
  data: unknown;
}

const page = {
  location: { origin: 'cascade://app' },
  posted: [] as unknown[][],
  listener: null as ((event: PageMessage) => void) | null,
  addEventListener(_: 'message', listener: (event: PageMessage) => void): void {
    page.listener = listener;
  },
  postMessage(...args: unknown[]): void {
    page.posted.push(args);
  },
};

beforeAll(async () => {
  vi.stubGlobal('window', page);
  await import('../../preload/preload.ts');
});

test('nothing of Electron’s reaches the page: only the word that this is the desktop', () => {
  expect([...electron.exposed]).toEqual([['cascadeDesktop', true]]);
});

test('only the page itself may ask for the port, and with nothing but the one word', () => {
  const ask = (changes: Partial<PageMessage>) =>
    page.listener?.({ source: page, origin: 'cascade://app', data: 'cascade-port-request', ...changes });
  ask({ source: {} });
  ask({ source: null });
  ask({ origin: 'https://evil.example' });
  ask({ origin: '' });
  ask({ data: 'other-channel' });
  ask({ data: { channel: 'cascade-port-request' } });
  expect(electron.sent).toEqual([]);
  ask({});
  expect(electron.sent).toEqual([['cascade-port-request']]);
});

test('the port goes to the page’s own origin, and nothing else of the event with it', () => {
  const port = {};
  electron.listeners.get('cascade-port')?.({ ports: [] });
  expect(page.posted).toEqual([]);
  electron.listeners.get('cascade-port')?.({ ports: [port] });
  expect(page.posted).toEqual([['cascade-port', 'cascade://app', [port]]]);
  expect([...electron.listeners.keys()]).toEqual(['cascade-port']);
});
