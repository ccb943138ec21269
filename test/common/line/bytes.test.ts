import { expect, test } from 'vitest';
import { MessageType } from '@orpc/standard-server-peer';
import { BytesSerializer, decodeMessage, encodeBytes } from '../../../common/line/bytes.ts';

function sent(id: string, bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const parts = encodeBytes(id, bytes) as Uint8Array[];
  return Uint8Array.from(parts.flatMap((part) => [...part])).buffer;
}

test.each(['1', '12345', '1234567', 'z'.repeat(100)])(
  'bytes come back as a view into their message, where numbers can be read (request %s)',
  async (id) => {
    const bytes = new Uint8Array(Float64Array.of(1.5, -2).buffer);
    const message = sent(id, bytes);
    const [request, type, payload] = await decodeMessage(message, MessageType.RESPONSE);
    expect([request, type]).toEqual([id, MessageType.RESPONSE]);
    const { body, status } = payload as { body: Uint8Array<ArrayBuffer>; status: number };
    expect(status).toBe(200);
    expect(body.buffer).toBe(message);
    expect([...new Float64Array(body.buffer, body.byteOffset, 2)]).toEqual([1.5, -2]);
  },
);

test('nothing is copied, nor changed by the serializer', () => {
  const bytes = Uint8Array.of(255, 0, 1);
  expect(encodeBytes('1', bytes).at(-1)).toBe(bytes);
  const serializer = new BytesSerializer();
  expect(serializer.serialize(bytes)).toBe(bytes);
  expect(serializer.deserialize(bytes)).toBe(bytes);
  expect(serializer.deserialize(serializer.serialize({ at: new Date(5), none: undefined }))).toEqual({
    at: new Date(5),
  });
});

test('a message that is cut off is refused', async () => {
  const message = sent('1', Uint8Array.of(1));
  for (const length of [0, 3, 9])
    await expect(decodeMessage(message.slice(0, length), MessageType.RESPONSE)).rejects.toMatchObject({
      code: 'BAD_FRAME',
    });
});
