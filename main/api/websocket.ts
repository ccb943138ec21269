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
            const parts = typeof message === 'string' ? [message] : message;
            const settle = (error?: Error | null): void => (error ? reject(error) : resolve());
            // Parts are fragments of one message: nothing is copied into one piece.
            parts.forEach((part, index) =>
              index < parts.length - 1 ? socket.send(part, { fin: false }) : socket.send(part, settle),
            );
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
