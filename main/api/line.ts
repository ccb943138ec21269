import { StandardHandler, StandardRPCCodec, StandardRPCMatcher } from '@orpc/server/standard';
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer';
import {
  decodeRequestMessage,
  encodeResponseMessage,
  experimental_ServerPeerWithoutCodec as ServerPeer,
} from '@orpc/standard-server-peer';
import { BytesSerializer, encodeBytes, type LineMessage } from '../../common/line/bytes.ts';
import type { CascadeRouter } from './router.ts';

/** Largest message a client may send: a study file with room to spare. */
export const MAX_MESSAGE_BYTES = 2 * 2 ** 20;
/** Calls and streams one connection may have open. */
export const MAX_OPEN_CALLS = 256;

/** One client's connection, whatever it is made of. */
export interface Line {
  /** Sends one message; settles when the line can take the next. */
  send(message: LineMessage): Promise<void> | void;
  /** Ends this line because of what came through it. */
  refuse(why: 'malformed' | 'too much'): void;
}

/** What to do with a line's messages, and with its end. */
export interface LineEnd {
  receive(message: string | ArrayBuffer): void;
  ended(): void;
}

/**
 * Serves the contract to one line after another. A message that cannot be read is the line's own trouble: oRPC's adapter for
 * message ports would leave its rejection to the process, which that ends.
 */
export function createLineApi(router: CascadeRouter): (line: Line) => LineEnd {
  const handler = new StandardHandler(
    router,
    new StandardRPCMatcher(),
    new StandardRPCCodec(new BytesSerializer()),
    {},
  );
  const handle = createServerPeerHandleRequestFn(handler, { context: {} });
  return (line) => {
    const peer = new ServerPeer(async ([id, type, payload]) => {
      const body: unknown = payload !== undefined && 'body' in payload ? payload.body : null;
      if (body instanceof Uint8Array) await line.send(encodeBytes(id, body as Uint8Array<ArrayBuffer>));
      else await line.send((await encodeResponseMessage(id, type, payload)) as string);
    });
    let open = 0;
    return {
      receive(message) {
        if (open >= MAX_OPEN_CALLS) return line.refuse('too much');
        open++;
        // Our router's calls do not reject: what does is a message that cannot be read, or a line that is gone.
        decodeRequestMessage(message)
          .then((decoded) => peer.message(decoded, handle))
          .catch(() => line.refuse('malformed'))
          .finally(() => open--);
      },
      ended: () => peer.close(),
    };
  };
}
