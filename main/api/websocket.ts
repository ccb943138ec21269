import type { WebSocket } from 'ws';
import { createLineApi } from './line.ts';
import type { CascadeRouter } from './router.ts';

const CLOSE_CODES = { malformed: 1007, 'too much': 1008 } as const;

/** Serves the contract to one WebSocket after another. */
export interface WebSocketApi {
  /** Answers what comes from this connection until it closes. A frame that makes no sense ends this connection only. */
  accept(socket: WebSocket): void;
}

export function createWebSocketApi(router: CascadeRouter): WebSocketApi {
  const connect = createLineApi(router);
  return {
    accept(socket) {
      const end = connect({
        // Settles once the message has left the process: what a client that reads slowly has not taken then waits in
        // its queue of events, where progress is thinned, instead of in the socket's buffer.
        send: (message) =>
          new Promise((resolve, reject) => {
            socket.send(message, (error) => (error ? reject(error) : resolve()));
          }),
        refuse: (why) => socket.close(CLOSE_CODES[why], why),
      });
      socket.on('message', (data: Buffer, isBinary: boolean) =>
        end.receive(isBinary ? Uint8Array.from(data).buffer : data.toString('utf8')),
      );
      socket.on('close', () => end.ended());
      // Without a listener a broken frame or an oversized message would be an uncaught exception.
      socket.on('error', () => socket.terminate());
    },
  };
}
