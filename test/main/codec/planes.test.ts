import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  andInto,
  applyPatch,
  countWithout,
  decodeKey,
  encodeKey,
  encodeGaps,
  encodePatch,
  flipGaps,
  packBits,
  popcount,
  unpackBits,
  xorInto,
} from '../../../main/codec/planes.ts';

const bytes = (maximum: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> =>
  fc.uint8Array({ maxLength: maximum }) as fc.Arbitrary<Uint8Array<ArrayBuffer>>;

/** Two arrays of the same length, lying at any offset of their buffers. */
const pairs = fc
  .tuple(fc.array(fc.tuple(fc.nat(255), fc.nat(255)), { maxLength: 300 }), fc.nat(5), fc.nat(5))
  .map(([values, one, other]) => {
    const place = (offset: number, which: 0 | 1): Uint8Array => {
      const placed = new Uint8Array(offset + values.length + 3)
        .fill(0xa5)
        .subarray(offset, offset + values.length);
      placed.set(values.map((value) => value[which]));
      return placed;
    };
    return [place(one, 0), place(other, 1)] as const;
  });

/** Stacks of planes: mostly sparse changes, sometimes dense ones. */
const stacks = fc
  .record({
    count: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: 1, max: 200 }),
    before: fc.infiniteStream(fc.nat(255)),
    density: fc.constantFrom(0, 0.002, 0.05, 1),
    changes: fc.infiniteStream(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255))),
  })
  .map(({ count, size, before, density, changes }) => {
    const first = Uint8Array.from(before.take(count * size));
    const flips = [...changes.take(count * size)];
    const second = first.map((byte, index) => (flips[index]![0] < density ? byte ^ flips[index]![1] : byte));
    return { count, first, second };
  });

describe('bits', () => {
  it('pack least significant first, and unpack to what they were', () => {
    expect(packBits([1, 0, 0, 0, 0, 0, 0, 0, 0, true])).toEqual(Uint8Array.of(1, 2));
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (bits) => {
        expect([...unpackBits(packBits(bits), bits.length)]).toEqual(bits.map(Number));
      }),
    );
  });

  it('are counted, combined and compared as one by one, wherever they lie', () => {
    const ones = (value: number): number => value.toString(2).replaceAll('0', '').length;
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        const naive = (count: (a: number, b: number) => number): number =>
          one.reduce((sum, value, index) => sum + ones(count(value, other[index]!)), 0);
        expect(popcount(one)).toBe(naive((a) => a));
        expect(countWithout(one, other)).toBe(naive((a, b) => a & ~b & 0xff));
        const xored = new Uint8Array(one.length + 4);
        for (const offset of [0, 1]) {
          const target = xored.subarray(offset, offset + one.length);
          target.set(one);
          xorInto(target, other);
          expect([...target]).toEqual([...one].map((value, index) => value ^ other[index]!));
        }
        const anded = one.slice();
        andInto(anded, other);
        expect([...anded]).toEqual([...one].map((value, index) => value & other[index]!));
      }),
    );
  });
});

describe('gaps', () => {
  it('flip exactly the bits that they were made from', () => {
    fc.assert(
      fc.property(bytes(400), (bits) => {
        const gaps = encodeGaps(bits, bits.length * 40)!;
        const flipped = new Uint8Array(bits.length);
        flipGaps(flipped, gaps);
        expect(flipped).toEqual(bits);
      }),
    );
  });

  it('reach far: a lone bit at the end of a large plane takes four bytes', () => {
    const bits = new Uint8Array(10_000_000);
    bits[bits.length - 1] = 0x80;
    const gaps = encodeGaps(bits, 10)!;
    expect(gaps).toHaveLength(4);
    const flipped = new Uint8Array(bits.length);
    flipGaps(flipped, gaps);
    expect(Buffer.compare(flipped, bits)).toBe(0);
  });

  it('are given up at the limit, and refused where they lead beyond the plane', () => {
    const bits = new Uint8Array(100).fill(0xff);
    expect(encodeGaps(bits, 799)).toBeNull();
    expect(encodeGaps(bits, 800)).toHaveLength(800);
    expect(() => flipGaps(new Uint8Array(1), Uint8Array.of(8))).toThrow(/beyond/);
    expect(() => flipGaps(new Uint8Array(1), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f))).toThrow(/beyond/);
  });
});

describe('a patch', () => {
  it('leads from one stack of planes to another and back', () => {
    fc.assert(
      fc.property(stacks, ({ count, first, second }) => {
        const patch = encodePatch(first, second, count);
        const planes = first.slice();
        applyPatch(planes, patch);
        expect(planes).toEqual(second);
        applyPatch(planes, patch);
        expect(planes).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });

  it('of nothing is a header, and of a few bits is a few bytes more', () => {
    const planes = new Uint8Array(8 * 100_000);
    const header = encodePatch(planes, planes, 8).length;
    expect(header).toBe(36);
    const changed = planes.slice();
    for (let bit = 0; bit < 50; bit++) changed[bit * 16_000]! ^= 4;
    expect(encodePatch(planes, changed, 8).length - header).toBeLessThanOrEqual(50 * 3 + 8 * 3);
  });

  it('does not read what it was not made for, whatever the bytes', () => {
    const patch = encodePatch(new Uint8Array(4), Uint8Array.of(1, 2, 3, 4), 2);
    expect(() => applyPatch(new Uint8Array(5), patch)).toThrow(/another number/);
    expect(() => applyPatch(new Uint8Array(4), patch.subarray(0, patch.length - 4))).toThrow(/ends early/);
    expect(() => applyPatch(new Uint8Array(4), Uint8Array.of(9, 2))).toThrow(/version 9/);
    expect(() => encodePatch(new Uint8Array(3), new Uint8Array(4), 2)).toThrow(/from 3 bytes/);
    expect(() => encodeKey(new Uint8Array(5), 2)).toThrow(/not 2 planes/);
    fc.assert(
      fc.property(bytes(60), (noise) => {
        if (noise.length > 1) noise[0] = 1;
        for (const read of [() => applyPatch(new Uint8Array(16), noise), () => decodeKey(noise, 16)])
          try {
            read();
          } catch (error) {
            expect(error).toMatchObject({ code: 'BAD_PLANES' });
          }
      }),
    );
  });
});

describe('a key', () => {
  it('holds a stack of planes', () => {
    fc.assert(
      fc.property(stacks, fc.boolean(), ({ count, first, second }, nested) => {
        // Nested planes, as those of a ladder of thresholds are.
        const size = first.length / count;
        if (nested)
          for (let plane = 1; plane < count; plane++)
            andInto(first.subarray(plane * size), first.slice((plane - 1) * size, plane * size));
        for (const planes of [first, second])
          expect(decodeKey(encodeKey(planes, count), planes.length)).toEqual(planes);
      }),
      { numRuns: 300 },
    );
  });

  it('of planes that nearly contain one another is hardly larger than that of one', () => {
    const size = 10_000;
    const random = new Uint32Array(size).map((_, index) => Math.imul(index + 1, 2654435761) >>> 13);
    const plane = Uint8Array.from(random, (value) => value & 0xff);
    const planes = new Uint8Array(6 * size);
    for (let copy = 0; copy < 6; copy++) planes.set(plane, copy * size);
    planes[5 * size]! ^= 1;
    const alone = encodeKey(plane, 1).length;
    expect(encodeKey(planes, 6).length - alone).toBeLessThan(40);
    expect(decodeKey(encodeKey(planes, 6), planes.length)).toEqual(planes);
  });
});
