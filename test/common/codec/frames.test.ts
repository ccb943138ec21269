import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame, type FrameHeader } from '../../../common/codec/frames.ts';
import { decodePredictions, encodePredictions } from '../../../common/codec/predictions.ts';
import type { Moment } from '../../../common/records.ts';

const names = fc.string({ unit: 'grapheme', maxLength: 12 });
const counts = fc.nat(100_000);
const moments = fc.constantFrom<Moment>('epoch', 'before-pruning');

const headers: fc.Arbitrary<FrameHeader> = fc.oneof(
  fc.record({
    kind: fc.constant('channels' as const),
    thresholds: fc.array(names, { maxLength: 3 }),
    epochs: fc.array(counts, { maxLength: 3 }),
    layers: fc.array(fc.record({ name: names, channels: counts, rows: counts }), { maxLength: 3 }),
    next: fc.option(counts),
  }),
  fc.record({
    kind: fc.constant('planes' as const),
    thresholds: fc.array(names, { maxLength: 3 }),
    planes: fc.array(names, { maxLength: 3 }),
    epoch: counts,
    layer: names,
    shape: fc.array(counts, { maxLength: 4 }),
    weights: counts,
  }),
  fc.record({ kind: fc.constant('predictions' as const), epoch: counts, moment: moments, examples: counts }),
);
const bodies = fc.uint8Array({ maxLength: 40 });

describe('a frame', () => {
  test('is read back, with a body that numbers of eight bytes can be read from in place', () => {
    fc.assert(
      fc.property(headers, bodies, (header, body) => {
        const { buffer } = encodeFrame(header, body);
        const found = decodeFrame(header.kind, buffer);
        expect(found.header).toEqual(header);
        expect([...found.body]).toEqual([...body]);
        expect(found.body.buffer).toBe(buffer);
        expect(found.body.byteOffset % 8).toBe(0);
      }),
    );
  });

  test('of another kind than the one that was asked for is refused', () => {
    const kinds = ['channels', 'planes', 'predictions'] as const;
    fc.assert(
      fc.property(headers, fc.constantFrom(...kinds), (header, kind) => {
        fc.pre(kind !== header.kind);
        expect(() => decodeFrame(kind, encodeFrame(header, new Uint8Array(0)).buffer)).toThrow(
          expect.objectContaining({ code: 'BAD_FRAME' }),
        );
      }),
    );
  });

  test('that was cut within its header, or whatever other bytes, is refused', () => {
    const refused = expect.objectContaining({ code: 'BAD_FRAME' });
    fc.assert(
      fc.property(headers, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (header, part) => {
        const whole = encodeFrame(header, new Uint8Array(0));
        const json = new TextEncoder().encode(JSON.stringify(header)).length;
        const cut = whole.slice(0, Math.floor(part * (8 + json)));
        expect(() => decodeFrame(header.kind, cut.buffer)).toThrow(refused);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, marked) => {
        if (marked)
          bytes.set(
            encodeFrame({ kind: 'planes' } as FrameHeader, new Uint8Array(0)).subarray(
              0,
              Math.min(4, bytes.length),
            ),
          );
        expect(() => decodeFrame('planes', bytes.slice().buffer)).toThrow(refused);
      }),
    );
  });
});

test('predictions are read back, and those that lost some are refused', () => {
  const some = fc.nat(30).chain((examples) => {
    const length = { minLength: examples, maxLength: examples };
    return fc.record({
      epoch: counts,
      moment: moments,
      margins: fc.float32Array({ ...length, noNaN: true }),
      labels: fc.uint16Array(length),
      predicted: fc.uint16Array(length),
    });
  });
  fc.assert(
    fc.property(some, ({ epoch, moment, ...predictions }) => {
      const { buffer } = encodePredictions({ epoch, moment }, predictions);
      expect(decodePredictions(buffer)).toEqual({ epoch, moment, ...predictions });
      if (predictions.labels.length > 0)
        expect(() => decodePredictions(buffer.slice(0, -1))).toThrow(
          expect.objectContaining({ code: 'BAD_FRAME' }),
        );
    }),
  );
});
