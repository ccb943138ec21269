import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodeNpy, encodeNpz } from '../../../main/codec/npz.ts';
import { decodeNpy, decodeNpz } from '../../../main/codec/npz-read.ts';
import { readZip } from '../../../main/codec/zip.ts';

const golden = new URL('golden/', import.meta.url);
const script = new URL('npz_reference.py', import.meta.url).pathname;
const python = process.env['CASCADE_PYTHON'];

const ascending = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** An .npy of format 1.0 with any header, and the bytes given. */
function npy(header: string, data: Uint8Array = new Uint8Array(0), version = 1): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const prefix = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(prefix + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, prefix);
  bytes.set(data, prefix + text.length);
  return bytes;
}

const header = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe.each(['stored', 'deflated'])('a file of NumPy, %s', (kind) => {
  function bytes(): Uint8Array {
    if (!python) return readFileSync(new URL(`${kind}.npz`, golden));
    const folder = mkdtempSync(join(tmpdir(), 'cascade-npz-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    execFileSync(python, [script, folder]);
    return readFileSync(join(folder, `${kind}.npz`));
  }

  test('is read with every type and order of bytes and indices', () => {
    const arrays = new Map(decodeNpz(bytes()).map((array) => [array.name, array]));
    for (const name of [
      'bool',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
      'int8',
      'int16',
      'int32',
      'int64',
      'float32',
      'float64',
    ]) {
      const expected = name === 'bool' ? [0, 1, 1] : name.startsWith('u') ? [0, 1, 100] : [0, -1, 100];
      for (const written of [name, `${name}-big`]) {
        const { shape, type, values } = arrays.get(written)!;
        expect({ written, shape, type, values: [...values] }).toEqual({
          written,
          shape: [3],
          type: name,
          values: expected,
        });
      }
    }
    expect(arrays.get('c-order')).toMatchObject({ shape: [2, 3, 4] });
    expect([...arrays.get('c-order')!.values]).toEqual(ascending(24));
    expect(arrays.get('fortran-order')).toMatchObject({ shape: [2, 3, 4] });
    expect([...arrays.get('fortran-order')!.values]).toEqual(ascending(24));
    expect([...arrays.get('fractions')!.values]).toEqual([0.5, -1.25e-3, Infinity, 3e38]);
    expect(arrays.get('scalar')).toMatchObject({ shape: [] });
    expect([...arrays.get('scalar')!.values]).toEqual([7]);
    expect(arrays.get('empty')).toMatchObject({ shape: [2, 0] });
    expect(arrays.get('empty')!.values).toHaveLength(0);
    expect([...arrays.get('long')!.values]).toEqual(ascending(5000));
  });

  test('that lost any one of its bytes, or has one changed, is never taken for whole', () => {
    const whole = new Uint8Array(bytes());
    const numbers = new Map(decodeNpz(whole).map(({ name, values }) => [name, [...values].join()]));
    const step = Math.ceil(whole.length / 200);
    for (let at = 0; at < whole.length; at += step) {
      expect(() => decodeNpz(whole.subarray(0, at)), `cut at ${at}`).toThrow(
        expect.objectContaining({ code: 'BAD_NPZ' }),
      );
      const changed = whole.slice();
      changed[at]! ^= 0x15;
      try {
        // Fields that nobody reads, such as times, may change; numbers may not.
        for (const { name, values } of decodeNpz(changed))
          if (numbers.has(name)) expect([...values].join(), `changed at ${at}`).toBe(numbers.get(name));
      } catch (error) {
        expect(error, `changed at ${at}`).toMatchObject({ code: 'BAD_NPZ' });
      }
    }
  });
});

test('what is exported is read back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 })), { maxLength: 4 }),
      fc.infiniteStream(fc.nat(1)),
      (shapes, bits) => {
        const arrays = shapes.map((shape, index) => ({
          name: `layer${index}.pruned`,
          shape,
          values: Uint8Array.from(bits.take(shape[0] * shape[1])),
        }));
        expect(decodeNpz(encodeNpz(arrays))).toEqual(arrays.map((array) => ({ ...array, type: 'bool' })));
      },
    ),
    { numRuns: 50 },
  );
});

test('formats 2 and 3, keys in any order, other quotes and Python 2’s long integers are read', () => {
  const data = Uint8Array.of(1, 2, 3);
  for (const version of [2, 3])
    expect([...decodeNpy('a', npy(header('|u1', '(3,)'), data, version)).values]).toEqual([1, 2, 3]);
  const other = `{"shape": (3L,), 'descr': "|u1", "fortran_order": False}`;
  expect(decodeNpy('a', npy(other, data))).toMatchObject({ shape: [3], type: 'uint8' });
});

describe('refused, saying why', () => {
  const broken: [string, Uint8Array, RegExp][] = [
    ['no magic', new Uint8Array(64), /does not begin as an array/],
    ['nothing', new Uint8Array(0), /does not begin as an array/],
    ['a format to come', npy(header('|u1', '(1,)'), Uint8Array.of(1), 4), /format 4/],
    ['a header cut off', npy(header('|u1', '(1,)')).subarray(0, 30), /cut off within the header/],
    ['a header that is no dictionary', npy('[1, 2]'), /damaged header/],
    ['a header without a shape', npy(`{'descr': '|u1', 'fortran_order': False}`), /damaged header/],
    [
      'a fourth key',
      npy(`{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': True}`),
      /damaged header/,
    ],
    ['an order that is neither', npy(header('|u1', '(1,)', '(1,)')), /damaged header/],
    ['code for a shape', npy(header('|u1', '__import__("os")')), /damaged header/],
    ['a shape with a hole', npy(header('|u1', '(1, , 2)')), /damaged shape/],
    ['objects', npy(header('|O', '(1,)')), /type '\|O'/],
    ['pickled objects', npy(header('|O8', '(1,)')), /type '\|O8'/],
    ['half precision', npy(header('<f2', '(1,)'), new Uint8Array(2)), /type '<f2'.*float32/],
    ['complex numbers', npy(header('<c8', '(1,)'), new Uint8Array(8)), /type '<c8'/],
    ['text', npy(header('<U5', '(1,)'), new Uint8Array(20)), /type '<U5'/],
    [
      'a record',
      npy(`{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}`, new Uint8Array(4)),
      /type \[/,
    ],
    [
      'too few bytes',
      npy(header('<f4', '(2, 3)'), new Uint8Array(23)),
      /23 bytes.*6 numbers of float32 take 24/,
    ],
    ['too many bytes', npy(header('<f4', '(2, 3)'), new Uint8Array(25)), /25 bytes/],
    [
      'a shape beyond all memory',
      npy(header('<f8', '(999999999999, 999999999999)'), new Uint8Array(8)),
      /8 bytes/,
    ],
    ['a truth of 2', npy(header('|b1', '(2,)'), Uint8Array.of(1, 2)), /true and false/],
  ];
  test.each(broken)('%s', (_name, bytes, message) => {
    expect(() => decodeNpy('a', bytes)).toThrow(
      expect.objectContaining({ code: 'BAD_NPZ', message: expect.stringMatching(message) }),
    );
    expect(() => decodeNpz(zipSync({ 'a.npy': bytes }))).toThrow(
      expect.objectContaining({ code: 'BAD_NPZ' }),
    );
  });

  const sound = (): Uint8Array =>
    zipSync({ 'a.npy': encodeNpy({ name: 'a', shape: [2], values: Uint8Array.of(0, 1) }) });
  /** The offset of the directory's only entry. */
  const directory = (archive: Uint8Array): number =>
    new DataView(archive.buffer).getUint32(archive.length - 6, true);
  const changed = (change: (view: DataView, directory: number) => void): Uint8Array => {
    const archive = sound().slice();
    change(new DataView(archive.buffer), directory(archive));
    return archive;
  };
  const archives: [string, Uint8Array, RegExp][] = [
    ['text instead of a ZIP', new TextEncoder().encode('a,b\n1,2\n'.repeat(20)), /no directory/],
    [
      'an array that is in no archive',
      encodeNpy({ name: 'a', shape: [1], values: Uint8Array.of(1) }),
      /no directory/,
    ],
    ['another file in the archive', zipSync({ 'read.me': new Uint8Array(3) }), /'read.me'/],
    [
      'a directory of more files than it has',
      changed((view) => view.setUint16(view.byteLength - 12, 2, true)),
      /damaged directory/,
    ],
    [
      'a directory beyond the file',
      changed((view) => view.setUint32(view.byteLength - 6, 0xfffffff, true)),
      /damaged directory/,
    ],
    [
      'a name beyond the file',
      changed((view, at) => view.setUint16(at + 28, 60_000, true)),
      /damaged directory/,
    ],
    [
      'a file that is not where it should be',
      changed((view, at) => view.setUint32(at + 42, 7, true)),
      /where its directory says/,
    ],
    [
      'a file beyond the end',
      changed((view, at) => view.setUint32(at + 20, 100_000, true)),
      /cut off within 'a.npy'/,
    ],
    ['encrypted', changed((view, at) => view.setUint16(at + 8, 1, true)), /encrypted/],
    ['packed otherwise', changed((view, at) => view.setUint16(at + 10, 12, true)), /method 12/],
    ['another checksum', changed((view, at) => view.setUint32(at + 16, 1, true)), /damaged/],
    ['a smaller size', changed((view, at) => view.setUint32(at + 24, 20, true)), /damaged/],
    [
      'a size that nothing unpacks to',
      changed((view, at) => view.setUint32(at + 24, 0x7ffffff0, true)),
      /damaged/,
    ],
    [
      'a size of 64 bits that is missing',
      changed((view, at) => view.setUint32(at + 24, 0xffffffff, true)),
      /damaged directory/,
    ],
    [
      'a number of files that only ZIP64 can hold, without its record',
      changed((view) => view.setUint16(view.byteLength - 12, 0xffff, true)),
      /damaged directory: it ends after 1 of 65535/,
    ],
  ];
  test.each(archives)('%s', (_name, archive, message) => {
    expect(() => decodeNpz(archive)).toThrow(
      expect.objectContaining({ code: 'BAD_NPZ', message: expect.stringMatching(message) }),
    );
  });

  test('two files of one name, and more than the limit', () => {
    const one = zipSync({ a: Uint8Array.of(1, 2, 3), b: Uint8Array.of(4) }, { level: 0 });
    expect(readZip(one, 4).map(({ name, bytes }) => [name, [...bytes]])).toEqual([
      ['a', [1, 2, 3]],
      ['b', [4]],
    ]);
    expect(() => readZip(one, 3)).toThrow(/more than 3 bytes/);
    const twice = one.map((byte) => (byte === 'b'.charCodeAt(0) ? 'a'.charCodeAt(0) : byte));
    expect(() => readZip(twice, 4)).toThrow(/'a' twice/);
  });
});
