import { zipSync, type Zippable } from 'fflate';

/** A boolean array for NumPy: one byte (0 or 1) an entry, in C order. */
export interface BooleanArray {
  name: string;
  shape: number[];
  values: Uint8Array;
}

/**
 * Boolean arrays as a NumPy .npz file, as `numpy.savez_compressed` writes it: a ZIP of one .npy (format 1.0) an
 * array. Equal arrays give equal bytes.
 */
export function encodeNpz(arrays: readonly BooleanArray[]): Uint8Array<ArrayBuffer> {
  const files: Zippable = {};
  for (const array of arrays) files[`${array.name}.npy`] = encodeNpy(array);
  // The earliest time that a ZIP can hold, so that the bytes do not depend on the clock.
  return zipSync(files, { level: 1, mtime: new Date(1980, 0, 1) }) as Uint8Array<ArrayBuffer>;
}

/** https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0. */
export function encodeNpy({ shape, values }: BooleanArray): Uint8Array<ArrayBuffer> {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '|b1', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const prefix = 10;
  const start = Math.ceil((prefix + description.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, start - prefix, true);
  bytes.set(new TextEncoder().encode(`${description.padEnd(start - prefix - 1)}\n`), prefix);
  bytes.set(values, start);
  return bytes;
}
