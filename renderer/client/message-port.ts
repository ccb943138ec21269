import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { ref } from 'vue';
import { clientOver } from './client.ts';
import type { Connection, ConnectionState } from './client.ts';

/** What the page asks its preload script for, and how the answer that carries the port is marked. */
const REQUEST = 'cascade-port-request';
const ANSWER = 'cascade-port';

/** The desktop way: one MessagePort, handed to the page by the preload script. It lives as long as the window. */
export function connectMessagePort(): Connection {
  const state = ref<ConnectionState>('connecting');
  const generation = ref(0);
  const link = new Promise<ClientLink<ClientContext>>((resolve) => {
    window.addEventListener('message', function receive(event: MessageEvent) {
      const port = event.ports[0];
      if (event.source !== window || event.data !== ANSWER || port === undefined) return;
      window.removeEventListener('message', receive);
      port.start();
      port.addEventListener('close', () => (state.value = 'lost'));
      resolve(new RPCLink<ClientContext>({ port }));
      state.value = 'open';
      generation.value += 1;
    });
  });
  window.postMessage(REQUEST, location.origin);
  return {
    client: clientOver({ call: async (path, input, options) => (await link).call(path, input, options) }),
    state,
    generation,
  };
}
