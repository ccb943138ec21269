import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client';
import { ref } from 'vue';
import { CascadeError } from '../../common/errors.ts';
import { socketLink } from '../../common/line/link.ts';
import { backOff } from './back-off.ts';
import { clientOver } from './client.ts';
import type { Connection, ConnectionState } from './client.ts';
import { usePageKey } from './page-key.ts';

/** How long a call made while the line is down waits for it to come back. */
const PATIENCE_MS = 15_000;
/** How long a tab without a key waits for another tab to give one before it says that it has none. */
const ASKING_MS = 300;
/** The protocol of the WebSocket; the key is offered beside it, since a page can set no header of a WebSocket. */
const PROTOCOL = 'cascade-lab';

/**
 * The browser way: a WebSocket to the loopback server that served this page. When it closes it is opened
 * again with back-off; calls made meanwhile wait, calls under way fail and are read again by whoever needs them.
 *
 * @param path of the server's, '/rpc'
 */
export function connectWebSocket(path: string): Connection {
  const state = ref<ConnectionState>('connecting');
  const generation = ref(0);
  let link: ClientLink<ClientContext> | null = null;
  let attempt = 0;
  let next: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | null = null;
  let waiting: { resume: () => void; fail: (error: CascadeError) => void }[] = [];
  const key = usePageKey(() => {
    attempt = 0;
    open();
  });

  function open(): void {
    clearTimeout(next);
    const known = key.current();
    if (known === null) return failed();
    // Opened anew with each attempt: a link belongs to one socket for life. One with an older key has no say any more.
    const opened = new WebSocket(socketAddress(path), [PROTOCOL, `key.${known}`]);
    socket = opened;
    const candidate = socketLink(opened);
    opened.addEventListener('open', () => {
      if (socket !== opened) return opened.close();
      link = candidate;
      attempt = 0;
      state.value = 'open';
      generation.value += 1;
      key.share();
      for (const { resume } of waiting.splice(0)) resume();
    });
    opened.addEventListener('close', () => {
      if (socket !== opened) return;
      link = null;
      if (state.value !== 'refused') state.value = 'lost';
      failed();
    });
  }

  function failed(): void {
    key.doubt();
    key.ask();
    void explain();
    next = setTimeout(open, backOff(attempt));
    attempt += 1;
  }

  /** A socket does not say why it was closed; a request does: a workstation started anew has other secrets. */
  async function explain(): Promise<void> {
    const known = key.current();
    if (known === null) await new Promise((resolve) => setTimeout(resolve, ASKING_MS));
    const answer = await fetch(path, {
      method: 'HEAD',
      cache: 'no-store',
      headers: known === null ? {} : { Authorization: `Bearer ${known}` },
    }).catch(() => null);
    if (link !== null || key.current() !== known) return;
    state.value = answer?.status === 401 ? 'refused' : 'lost';
    if (state.value === 'refused') for (const { fail } of waiting.splice(0)) fail(refusal());
  }

  async function whenOpen(): Promise<ClientLink<ClientContext>> {
    if (link === null && state.value === 'refused') throw refusal();
    if (link === null)
      await new Promise<void>((resolve, reject) => {
        const settled = () => {
          clearTimeout(timer);
          waiting = waiting.filter((other) => other !== entry);
        };
        const entry = {
          resume: () => (settled(), resolve()),
          fail: (error: CascadeError) => (settled(), reject(error)),
        };
        const timer = setTimeout(
          () =>
            entry.fail(
              new CascadeError('DISCONNECTED', 'The workstation does not answer; try again once it is back.'),
            ),
          PATIENCE_MS,
        );
        waiting.push(entry);
      });
    if (link === null)
      throw new CascadeError('DISCONNECTED', 'The connection was lost again; try once more when it is back.');
    return link;
  }

  const lasting: ClientLink<ClientContext> = {
    call: async (path: readonly string[], input: unknown, options: ClientOptions<ClientContext>) =>
      (await whenOpen()).call(path, input, options),
  };
  open();
  return { client: clientOver(lasting), state, generation };
}

function socketAddress(path: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}

function refusal(): CascadeError {
  return new CascadeError(
    'DISCONNECTED',
    'The workstation does not know this page: open the address that it printed in the terminal.',
  );
}
