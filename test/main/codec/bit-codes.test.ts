import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitReader, BitWriter, riceParameter } from '../../../main/codec/bit-codes.ts';

describe('codes of integers', () => {
  it('are these bits, worked by hand', () => {
    const written = new BitWriter();
    // 5 by Rice with k = 1: 2 = 5 >> 1 zeros, a one, then 1. Gamma of 4: 4 + 1 = 101 binary, so two zeros, a one, then 01.
    written.rice(5, 1);
    written.gamma(4);
    written.put(3, 2);
    // In the order of writing: 001 1, then 00 1 10 (of 01 the lowest bit first), then 11.
    expect([...written.bytes()]).toEqual([0b11001100, 0b110]);
  });

  it('are read as they were written', () => {
    const entry = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        bits: fc.integer({ min: 0, max: 31 }),
        value: fc.nat(),
      }),
      fc.record({ kind: fc.constant('gamma' as const), bits: fc.constant(0), value: fc.nat(2 ** 31 - 2) }),
      fc.record({ kind: fc.constant('rice' as const), bits: fc.nat(31), value: fc.nat(5000) }),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const writer = new BitWriter();
        for (const { kind, bits, value } of entries)
          if (kind === 'put') writer.put(value, bits);
          else if (kind === 'gamma') writer.gamma(value);
          else writer.rice(value, bits);
        const reader = new BitReader(writer.bytes(), 0);
        for (const { kind, bits, value } of entries)
          if (kind === 'put') expect(reader.take(bits)).toBe(value % 2 ** bits);
          else if (kind === 'gamma') expect(reader.gamma()).toBe(value);
          else {
            const read = new Uint32Array(1);
            reader.riceCodes(read, bits, 5000);
            expect(read[0]).toBe(value);
          }
        expect(reader.left).toBeLessThan(8);
      }),
    );
  });

  it('of gaps take the parameter that makes them shortest', () => {
    const length = (values: readonly number[], k: number): number =>
      values.reduce((sum, value) => sum + (value >>> k) + 1 + k, 0);
    fc.assert(
      fc.property(
        fc.double({ min: 0.0005, max: 0.9, noNaN: true }),
        fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (odds, draws) => {
          const gaps = draws.map((draw) => Math.floor(Math.log(draw) / Math.log(1 - odds)));
          const all = Array.from({ length: 32 }, (_, k) => length(gaps, k));
          // Of odd lists another may be a little shorter: the search stays near what suits a geometric distribution.
          expect(length(gaps, riceParameter(gaps))).toBeLessThanOrEqual(Math.min(...all) * 1.2);
        },
      ),
    );
  });

  it('end where they end', () => {
    const writer = new BitWriter();
    writer.gamma(1000);
    const bytes = writer.bytes();
    for (const read of [
      () => new BitReader(bytes, 0).take(31),
      () => new BitReader(bytes.subarray(0, 1), 0).gamma(),
      () => new BitReader(bytes, 0).riceCodes(new Uint32Array(9), 3, 2 ** 20),
      () => new BitReader(new Uint8Array(0), 0).gamma(),
    ])
      expect(read).toThrow(/damaged: it ends early/);
    expect(() => new BitReader(Uint8Array.of(0, 0, 1), 0).riceCodes(new Uint32Array(1), 0, 10)).toThrow(
      /16 is more than 10/,
    );
  });
});
