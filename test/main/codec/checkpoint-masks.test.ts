import { describe, expect, test } from 'vitest';
import { maskOf, maskTensors } from '../../../main/codec/checkpoint-masks.ts';
import type { SafetensorsFile, SafetensorsTensor } from '../../../main/codec/safetensors.ts';

const layer = { name: 'fc', shape: [3, 3] };
const mask = Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 1, 1);
const stored = (): SafetensorsFile => maskTensors([layer], new Map([['fc', mask]]));

test('a mask is a bit a weight, the first the least significant', () => {
  const { metadata, tensors } = stored();
  expect(tensors.get('mask-bits/fc')).toEqual({ dtype: 'U8', shape: [2], bytes: Uint8Array.of(0x89, 1) });
  expect(metadata).toEqual({ 'mask-shapes': '{"fc":[3,3]}' });
});

test.each([1, 7, 8, 9, 16, 300])('a mask of %i weights comes back', (weights) => {
  const shape = [weights, 1];
  const kept = Uint8Array.from({ length: weights }, (_, index) => Number((index * index) % 5 < 2));
  for (const values of [kept, kept.map((bit) => 1 - bit), kept.fill(1), new Uint8Array(weights)]) {
    const file = maskTensors([{ name: 'fc', shape }], new Map([['fc', values]]));
    expect(maskOf(file, { name: 'fc', shape })).toEqual(values);
    expect(file.tensors.get('mask-bits/fc')!.bytes).toHaveLength(Math.ceil(weights / 8));
  }
});

test('a byte a weight, as earlier versions wrote it, is read in a copy', () => {
  const bytes = mask.slice();
  const tensors = new Map([['mask/fc', { dtype: 'U8' as const, shape: [3, 3], bytes }]]);
  const found = maskOf({ metadata: {}, tensors }, layer);
  expect(found).toEqual(mask);
  expect(found.buffer).not.toBe(bytes.buffer);
});

describe('a mask that cannot be used', () => {
  const u8 = (...bytes: number[]): SafetensorsTensor => ({
    dtype: 'U8',
    shape: [bytes.length],
    bytes: Uint8Array.from(bytes),
  });
  const packed = (
    tensor: SafetensorsTensor,
    shapes: string | undefined = '{"fc":[3,3]}',
  ): SafetensorsFile => ({
    metadata: { 'mask-shapes': shapes },
    tensors: new Map([['mask-bits/fc', tensor]]),
  });
  const plain = (tensor: SafetensorsTensor): SafetensorsFile => ({
    metadata: {},
    tensors: new Map([['mask/fc', tensor]]),
  });
  test.each<[string, SafetensorsFile, RegExp]>([
    ['missing', { metadata: {}, tensors: new Map() }, /has no 'mask-bits\/fc'/],
    ['too short', packed(u8(0x89)), /1 bytes of U8 instead of 2 of U8 for 9 weights/],
    ['too long', packed(u8(0x89, 1, 0)), /3 bytes of U8 instead of 2/],
    ['empty', packed(u8()), /0 bytes/],
    ['of another type', packed({ ...u8(0x89, 1), dtype: 'I8' }), /2 bytes of I8/],
    ['with bits beyond the weights', packed(u8(0x89, 3)), /bits beyond its 9 weights/],
    ['of another kernel', packed(u8(0x89, 1), '{"fc":[9,1]}'), /9 × 1 instead of 3 × 3/],
    ['of a kernel that is not told', packed(u8(0x89, 1), '{"conv":[3,3]}'), /unknown shape instead of 3 × 3/],
    ['of nonsense in the metadata', packed(u8(0x89, 1), '{"fc":"3 × 3"}'), /unknown shape/],
    ['of no JSON', packed(u8(0x89, 1), 'fc'), /unknown shape/],
    ['as bytes, too short', plain({ ...u8(1, 0, 0), shape: [3, 1] }), /U8 of 3 × 1 instead of U8 of 3 × 3/],
    [
      'as bytes, neither 0 nor 1',
      plain({ ...u8(1, 0, 0, 1, 0, 0, 0, 1, 7), shape: [3, 3] }),
      /more than 0 and 1/,
    ],
  ])('%s', (_what, file, message) => {
    expect(() => maskOf(file, layer)).toThrow(
      expect.objectContaining({
        code: 'CHECKPOINT_UNUSABLE',
        message: expect.stringMatching(message) as string,
      }),
    );
  });
});
