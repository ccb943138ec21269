import type { ClientContext, ClientLink } from '@orpc/client';
import { StandardLink, StandardRPCLinkCodec } from '@orpc/client/standard';
import {
  encodeRequestMessage,
  experimental_ClientPeerWithoutCodec as ClientPeer,
  MessageType,
} from '@orpc/standard-server-peer';
import { BytesSerializer, decodeMessage } from './bytes.ts';

/** One line to a workstation, as its client sees it. */
export interface LineLink {
  link: ClientLink<ClientContext>;
  /** Takes what came, in the order in which it came. */
  receive(message: string | ArrayBuffer): void;
  /** Ends what is under way: the line is gone. */
  close(): void;
}

/** The part of a WebSocket, of a page or of `ws`, that is needed. */
export interface SocketLike {
  readonly readyState: number;
  binaryType: string;
  send(message: string): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
}

const OPEN = 1;

/** @param send sends one message; throws where the line is gone */
export function lineLink(send: (message: string) => void): LineLink {
  const peer = new ClientPeer(async ([id, type, payload]) => {
    // Nothing that a client sends holds a file, so all of it is text.
    send((await encodeRequestMessage(id, type, payload)) as string);
  });
  const codec = new StandardRPCLinkCodec<ClientContext>(new BytesSerializer(), { url: 'http://orpc' });
  const link = new StandardLink<ClientContext>(codec, {
    call: async (request) => {
      const response = await peer.request(request);
      return { ...response, body: () => Promise.resolve(response.body) };
    },
  });
  return {
    link,
    receive: (message) =>
      void decodeMessage(message, MessageType.RESPONSE).then((decoded) => peer.message(decoded)),
    close: () => peer.close(),
  };
}

/** A link over a WebSocket that is open, or about to be. */
export function socketLink(socket: SocketLike): ClientLink<ClientContext> {
  socket.binaryType = 'arraybuffer';
  const { link, receive, close } = lineLink((message) => {
    if (socket.readyState !== OPEN) throw new Error('The WebSocket is not open.');
    socket.send(message);
  });
  socket.addEventListener('message', ({ data }) => receive(data as string | ArrayBuffer));
  socket.addEventListener('close', close);
  return link;
}
