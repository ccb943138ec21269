import { StandardRPCJsonSerializer, StandardRPCSerializer } from '@orpc/client/standard';
import { decodeResponseMessage, type MessageType } from '@orpc/standard-server-peer';
import { CascadeError } from '../errors.ts';

/**
 * Answers that are bytes travel as they are, beside the contract's JSON. Such a message is binary: the length of a JSON head
 * as uint32 (little endian), the head, padding to 8 bytes, then the bytes, which arrive as a view into the message.
 */
const head = new TextEncoder();
const ALIGNMENT = 8;
const LENGTH_BYTES = 4;

/** A message as a line carries it: text, or the parts of a binary one, to be sent one behind the other. */
export type LineMessage = string | readonly Uint8Array<ArrayBuffer>[];

/** Leaves bytes alone, which oRPC would take for an object; as a Blob they would be a form that a page has to parse. */
export class BytesSerializer extends StandardRPCSerializer {
  constructor() {
    super(new StandardRPCJsonSerializer());
  }

  override serialize(data: unknown): object {
    return data instanceof Uint8Array ? data : super.serialize(data);
  }

  override deserialize(data: unknown): unknown {
    return data instanceof Uint8Array ? data : super.deserialize(data);
  }
}

/** The answer `bytes` to the request `id`. Nothing is copied. */
export function encodeBytes(id: string, bytes: Uint8Array<ArrayBuffer>): LineMessage {
  const json = head.encode(JSON.stringify({ i: id }));
  const start = Math.ceil((LENGTH_BYTES + json.length) / ALIGNMENT) * ALIGNMENT;
  const front = new Uint8Array(start);
  new DataView(front.buffer).setUint32(0, json.length, true);
  front.set(json, LENGTH_BYTES);
  return [front, bytes];
}

type Decoded = Awaited<ReturnType<typeof decodeResponseMessage>>;

/** Reads what came from a workstation. @throws CascadeError BAD_FRAME for bytes that are no message of this version */
export async function decodeMessage(
  message: string | ArrayBuffer,
  response: typeof MessageType.RESPONSE,
): Promise<Decoded> {
  if (typeof message === 'string') return decodeResponseMessage(message);
  const length = message.byteLength < LENGTH_BYTES ? Infinity : new DataView(message).getUint32(0, true);
  const start = Math.ceil((LENGTH_BYTES + length) / ALIGNMENT) * ALIGNMENT;
  if (start > message.byteLength)
    throw new CascadeError('BAD_FRAME', 'The answer is not a message of this version: reload the window.');
  const { i } = JSON.parse(new TextDecoder().decode(new Uint8Array(message, LENGTH_BYTES, length))) as {
    i: string;
  };
  const body: unknown = new Uint8Array(message, start);
  return [i, response, { status: 200, headers: {}, body: body as object }];
}
