import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeNpy, encodeNpz } from '../../../main/codec/npz.ts';

/** Reads an array as the specification of NumPy's format says. */
function readNpy(bytes: Uint8Array): { shape: number[]; values: Uint8Array } {
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const length = bytes[8]! + bytes[9]! * 256;
  expect((10 + length) % 64).toBe(0);
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + length));
  const match = /^\{'descr': '\|b1', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/.exec(header);
  const shape = match![1]!.split(',').filter((part) => part.trim() !== '');
  return { shape: shape.map(Number), values: bytes.subarray(10 + length) };
}

/** Whether there is a Python with NumPy here to ask. */
function numpyIsThere(): boolean {
  try {
    execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('npz', () => {
  it('holds arrays by name with their shapes and values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
        fc.infiniteStream(fc.nat(1)),
        (shape, bits) => {
          const values = Uint8Array.from(bits.take(shape.reduce((product, size) => product * size, 1)));
          expect(readNpy(encodeNpy({ name: 'x', shape, values }))).toEqual({ shape, values });
        },
      ),
    );
    const archive = unzipSync(
      encodeNpz([
        { name: 'conv.pruned', shape: [2, 2], values: Uint8Array.of(1, 0, 0, 1) },
        { name: 'conv.shed', shape: [3], values: Uint8Array.of(0, 1, 0) },
      ]),
    );
    expect(Object.keys(archive)).toEqual(['conv.pruned.npy', 'conv.shed.npy']);
    expect(readNpy(archive['conv.shed.npy']!)).toEqual({ shape: [3], values: Uint8Array.of(0, 1, 0) });
  });

  it('is the same bytes for the same arrays', () => {
    const arrays = [{ name: 'a', shape: [1], values: Uint8Array.of(1) }];
    expect(encodeNpz(arrays)).toEqual(encodeNpz(arrays));
  });

  it.runIf(numpyIsThere())('is read by NumPy itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-npz-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'masks.npz');
    writeFileSync(file, encodeNpz([{ name: 'a.b', shape: [2, 1, 2], values: Uint8Array.of(1, 0, 1, 1) }]));
    const program =
      'import numpy,sys,json; a=numpy.load(sys.argv[1])["a.b"]; print(json.dumps([str(a.dtype),a.tolist()]))';
    expect(JSON.parse(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }))).toEqual([
      'bool',
      [[[true, false]], [[true, true]]],
    ]);
  });
});
