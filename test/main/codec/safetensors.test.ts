import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsFile,
  type SafetensorsType,
} from '../../../main/codec/safetensors.ts';

const BYTES: Record<SafetensorsType, number> = {
  F32: 4,
  F64: 8,
  F16: 2,
  BF16: 2,
  F8_E5M2: 1,
  F8_E4M3: 1,
  C64: 8,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
};

/** A file written by hand, as the format's README describes it. */
function handmade(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(Uint8Array.from(data), 8 + json.length);
  return bytes;
}

/** What is written, read by nothing but the format's definition. */
function inspect(bytes: Uint8Array): {
  start: number;
  header: Record<string, { data_offsets: [number, number] }>;
} {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    start: 8 + length,
    header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as never,
  };
}

const file: SafetensorsFile = {
  metadata: { format: 'a test', ключ: 'значение' },
  tensors: new Map([
    ['mask', { dtype: 'BOOL', shape: [3], bytes: Uint8Array.of(1, 0, 1) }],
    ['weights', { dtype: 'F32', shape: [1, 2], bytes: new Uint8Array(Float32Array.of(1.5, -2).buffer) }],
    ['double', { dtype: 'F64', shape: [], bytes: new Uint8Array(Float64Array.of(Math.PI).buffer) }],
    ['empty', { dtype: 'I32', shape: [0, 4], bytes: new Uint8Array(0) }],
  ]),
};

describe('what is written', () => {
  test('is read back', () => {
    const read = decodeSafetensors(encodeSafetensors(file));
    expect(read.metadata).toEqual(file.metadata);
    expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(file.tensors));
    expect([...float32Of(read.tensors.get('weights')!)]).toEqual([1.5, -2]);
  });

  test('is read back from within a larger buffer, at any offset', () => {
    const bytes = encodeSafetensors(file);
    const pool = new Uint8Array(bytes.length + 9);
    pool.set(bytes, 3);
    const read = decodeSafetensors(pool.subarray(3, 3 + bytes.length));
    expect([...float32Of(read.tensors.get('weights')!)]).toEqual([1.5, -2]);
    // A view into the pool would change with it.
    pool.fill(0);
    expect([...float32Of(read.tensors.get('weights')!)]).toEqual([1.5, -2]);
  });

  test('whatever the tensors: aligned, and without gaps', () => {
    const tensor = fc.record({
      dtype: fc.constantFrom<SafetensorsType>('F32', 'F64', 'I32', 'U8', 'BOOL'),
      shape: fc.array(fc.nat(4), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z/.]{1,8}$/), tensor, { maxKeys: 8 }), (described) => {
        const tensors: SafetensorsFile['tensors'] = new Map(
          Object.entries(described).map(([name, { dtype, shape }], number) => {
            const bytes = shape.reduce((product, length) => product * length, 1) * BYTES[dtype];
            return [
              name,
              { dtype, shape, bytes: new Uint8Array(bytes).map((_, index) => index * 7 + number) },
            ];
          }),
        );
        const bytes = encodeSafetensors({ metadata: {}, tensors });
        const { start, header } = inspect(bytes);
        expect(start % 8).toBe(0);
        const places = Object.entries(header)
          .filter(([name]) => name !== '__metadata__')
          .map(([name, { data_offsets }]) => ({ name, from: data_offsets[0], to: data_offsets[1] }))
          .sort((a, b) => a.from - b.from || a.to - b.to);
        let end = 0;
        for (const { name, from, to } of places) {
          expect(from).toBe(end);
          expect(from % BYTES[tensors.get(name)!.dtype]).toBe(0);
          end = to;
        }
        expect(start + end).toBe(bytes.length);
        expect(Object.fromEntries(decodeSafetensors(bytes).tensors)).toEqual(Object.fromEntries(tensors));
      }),
      { numRuns: 40 },
    );
  });
});

test('a file of another writer is read: padded header, tensors in any order, no metadata', () => {
  const bytes = handmade(
    '{"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   ',
    [0, 0, 128, 63, 7, 8],
  );
  const { metadata, tensors } = decodeSafetensors(bytes);
  expect(metadata).toEqual({});
  expect([...float32Of(tensors.get('a')!)]).toEqual([1]);
  expect([...tensors.get('b')!.bytes]).toEqual([7, 8]);
});

describe('a damaged file is refused', () => {
  const tensor = (change: object): Uint8Array =>
    handmade({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...change } }, [0, 0, 0, 0]);
  test.each([
    ['without a whole length', Uint8Array.of(1, 2, 3), /shorter than its header/],
    [
      'with a header beyond its end',
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 123),
      /promises a header of 9 bytes/,
    ],
    ['with a length beyond all files', new Uint8Array(16).fill(255), /promises a header/],
    ['that is no JSON', handmade('{"w":'), /not JSON/],
    ['whose header is a list', handmade([1]), /of another form/],
    ['of an unknown type', tensor({ dtype: 'F8' }), /describes 'w' in another form/],
    [
      'with a tensor of texts, which is no metadata',
      handmade({ w: { dtype: 'F32', shape: '1' } }),
      /describes 'w'/,
    ],
    ['with a negative place', tensor({ data_offsets: [-4, 0] }), /describes 'w'/],
    ['with metadata of numbers', handmade({ __metadata__: { epoch: 1 } }), /metadata that is not text/],
    [
      'with tensors that overlap',
      handmade(
        {
          a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
          b: { dtype: 'U8', shape: [2], data_offsets: [2, 4] },
        },
        [0, 0, 0, 0],
      ),
      /has 'b' overlap 'a'/,
    ],
    [
      'with two tensors in one place',
      handmade(
        {
          a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
          b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
        },
        [0, 0, 0, 0],
      ),
      /has 'b' overlap 'a'/,
    ],
    [
      'with bytes after its data',
      handmade({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, Array(6).fill(0)),
      /has 2 bytes after its last tensor/,
    ],
    ['with bytes and no tensor', handmade({}, [0]), /has 1 bytes after its last tensor/],
    [
      'with a gap',
      handmade({ w: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, [0, 0]),
      /has 1 bytes before 'w' that belong to no tensor/,
    ],
    [
      'with a name twice',
      handmade(
        '{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0077":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        [0],
      ),
      /describes 'w' twice/,
    ],
    [
      'with a key twice within',
      handmade('{"w":{"dtype":"U8","shape":[2],"shape":[1],"data_offsets":[0,1]}}', [0]),
      /describes 'shape' twice/,
    ],
    [
      'with a shape beyond all numbers',
      tensor({ shape: [2 ** 52, 2 ** 52, 2 ** 52] }),
      /wrong place for 'w'/,
    ],
    ['with text that is no UTF-8', Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22), /not JSON/],
    ['with a place beyond its end', tensor({ data_offsets: [4, 8] }), /wrong place for 'w'/],
    ['with fewer bytes than the shape', tensor({ shape: [2] }), /wrong place for 'w'/],
    ['with a place turned round', tensor({ data_offsets: [4, 0] }), /wrong place for 'w'/],
  ])('%s', (_what, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(
      expect.objectContaining({ code: 'BAD_SAFETENSORS', message: expect.stringMatching(message) as string }),
    );
  });

  test('cut anywhere', () => {
    const bytes = encodeSafetensors(file);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeSafetensors(bytes.subarray(0, length)), `${length} bytes`).toThrow(/safetensors/);
  });

  test('a tensor of another type is not read as float32', () => {
    expect(() => float32Of(file.tensors.get('mask')!)).toThrow(/holds BOOL where F32 is needed/);
  });
});
