import { RPCHandler, type MinimalWebsocket } from '@orpc/server/websocket';
import type { WebSocket } from 'ws';
import type { CascadeRouter } from './router.ts';

/** Largest message a client may send: a study file with room to spare. */
export const MAX_MESSAGE_BYTES = 2 * 2 ** 20;
/** Calls and streams one connection may have open. */
export const MAX_OPEN_CALLS = 256;

const MALFORMED = 1007;
const TOO_MUCH = 1008;

/** Serves the contract to one WebSocket after another. */
export interface WebSocketApi {
  /** Answers what comes from this connection until it closes. A frame that makes no sense ends this connection only. */
  accept(socket: WebSocket): void;
}

/**
 * Sends one message and settles when it has left the process: the events of a client that reads slowly then
 * wait in its queue, where progress is thinned, instead of in the socket's buffer.
 */
function sender(socket: WebSocket): MinimalWebsocket {
  const send = (data: Parameters<WebSocket['send']>[0]) =>
    new Promise<void>((resolve, reject) => {
      socket.send(data, (error) => (error ? reject(error) : resolve()));
    });
  // The handler awaits what `send` returns, and listens to nothing itself: `accept` hands it each message.
  return { send, addEventListener: () => {} } as MinimalWebsocket;
}

export function createWebSocketApi(router: CascadeRouter): WebSocketApi {
  const handler = new RPCHandler(router);
  return {
    accept(socket) {
      const peer = sender(socket);
      let open = 0;
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (open >= MAX_OPEN_CALLS) {
          socket.close(TOO_MUCH, 'too many calls at once');
          return;
        }
        open++;
        // Our router's handlers do not reject: what rejects here is a frame that can not be read, or a lost socket.
        const message = isBinary ? Uint8Array.from(data).buffer : data.toString('utf8');
        handler
          .message(peer, message)
          .catch(() => socket.close(MALFORMED, 'a message could not be read'))
          .finally(() => open--);
      });
      socket.on('close', () => handler.close(peer));
      // Without a listener a broken frame or an oversized message would be an uncaught exception; `ws` closes after it.
      socket.on('error', () => socket.terminate());
    },
  };
}
