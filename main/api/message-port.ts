import { RPCHandler } from '@orpc/server/message-port';
import { MAX_OPEN_CALLS } from './websocket.ts';
import type { CascadeRouter } from './router.ts';

/** The part of Electron's MessagePortMain that is needed. */
export interface ApiPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export interface MessagePortApi {
  /** Answers what comes through this port until it closes. A message that makes no sense closes this port only. */
  accept(port: ApiPort): void;
}

type Listener = (event?: { data: unknown }) => unknown;

export function createMessagePortApi(router: CascadeRouter): MessagePortApi {
  const handler = new RPCHandler(router);
  return {
    accept(port) {
      let open = 0;
      // The handler's own listener leaves its rejections to the process, which one bad message would then end.
      const guarded = {
        postMessage: (message: unknown) => port.postMessage(message),
        on(event: string, listener: Listener) {
          if (event === 'close') return port.on('close', () => listener());
          return port.on('message', (message) => {
            if (open >= MAX_OPEN_CALLS) return port.close();
            open++;
            Promise.resolve(listener(message))
              .catch(() => port.close())
              .finally(() => open--);
          });
        },
      };
      handler.upgrade(guarded);
      port.start();
    },
  };
}
