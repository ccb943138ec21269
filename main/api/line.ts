import { RPCHandler, type MinimalWebsocket } from '@orpc/server/websocket';
import type { CascadeRouter } from './router.ts';

/** Largest message a client may send: a study file with room to spare. */
export const MAX_MESSAGE_BYTES = 2 * 2 ** 20;
/** Calls and streams one connection may have open. */
export const MAX_OPEN_CALLS = 256;

/** One client's connection, whatever it is made of. */
export interface Line {
  /** Sends one message; settles when the line can take the next. */
  send(message: string | ArrayBufferLike | ArrayBufferView): Promise<void> | void;
  /** Ends this line because of what came through it. */
  refuse(why: 'malformed' | 'too much'): void;
}

/** What to do with a line's messages, and with its end. */
export interface LineEnd {
  receive(message: string | ArrayBuffer): void;
  ended(): void;
}

/**
 * Serves the contract to one line after another. oRPC's adapter for message ports leaves the rejection of a message
 * that can not be read to the process, which it ends; its handler for WebSockets gives it to the caller, and the
 * messages are the same.
 */
export function createLineApi(router: CascadeRouter): (line: Line) => LineEnd {
  const handler = new RPCHandler(router);
  return (line) => {
    // The handler only sends through it, awaits that, and knows by it which messages belong together.
    const peer = { send: line.send.bind(line), addEventListener: () => {} } as unknown as MinimalWebsocket;
    let open = 0;
    return {
      receive(message) {
        if (open >= MAX_OPEN_CALLS) return line.refuse('too much');
        open++;
        // Our router's calls do not reject: what does is a message that can not be read, or a line that is gone.
        handler
          .message(peer, message)
          .catch(() => line.refuse('malformed'))
          .finally(() => open--);
      },
      ended: () => handler.close(peer),
    };
  };
}
