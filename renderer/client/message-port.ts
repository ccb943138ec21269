import type { ClientContext, ClientLink } from '@orpc/client';
import { ref } from 'vue';
import { lineLink } from '../../common/line/link.ts';
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
      const line = lineLink((message) => port.postMessage(message));
      port.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => line.receive(data));
      port.addEventListener('close', () => {
        state.value = 'lost';
        line.close();
      });
      port.start();
      resolve(line.link);
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
