import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { ref } from 'vue';
import { CascadeError } from '../../common/errors.ts';
import { backOff } from './back-off.ts';
import { clientOver } from './client.ts';
import type { Connection, ConnectionState } from './client.ts';

/** How long a call made while the line is down waits for it to come back. */
const PATIENCE_MS = 15_000;

/**
 * The browser way: a WebSocket to the loopback server that served this page. When it closes it is opened
 * again with back-off; calls made meanwhile wait, calls under way fail and are read again by whoever needs them.
 */
export function connectWebSocket(address: string): Connection {
  const state = ref<ConnectionState>('connecting');
  const generation = ref(0);
  let link: RPCLink<ClientContext> | null = null;
  let attempt = 0;
  let waiting: (() => void)[] = [];

  function open(): void {
    const socket = new WebSocket(address);
    // Opened anew with each socket: a link belongs to one socket for life.
    const candidate = new RPCLink<ClientContext>({ websocket: socket });
    socket.addEventListener('open', () => {
      link = candidate;
      attempt = 0;
      state.value = 'open';
      generation.value += 1;
      for (const resume of waiting.splice(0)) resume();
    });
    socket.addEventListener('close', () => {
      link = null;
      if (state.value !== 'refused') state.value = 'lost';
      void explain();
      setTimeout(open, backOff(attempt));
      attempt += 1;
    });
  }

  /** A socket does not say why it was closed; a request does: a workstation started anew has another cookie. */
  async function explain(): Promise<void> {
    const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
    if (link === null) state.value = answer?.status === 401 ? 'refused' : 'lost';
  }

  async function whenOpen(): Promise<ClientLink<ClientContext>> {
    if (link === null)
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting = waiting.filter((entry) => entry !== resume);
          reject(
            new CascadeError('DISCONNECTED', 'The workstation does not answer; try again once it is back.'),
          );
        }, PATIENCE_MS);
        const resume = () => {
          clearTimeout(timer);
          resolve();
        };
        waiting.push(resume);
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
