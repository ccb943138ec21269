/** The header of NumPy's .npy format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export interface NpyHeader {
  /** As NumPy writes it: '|u1', '<i8', … */
  type: string;
  fortranOrder: boolean;
  shape: number[];
  /** Where the numbers start. */
  start: number;
}

/** NumPy's own limit. */
const MOST_DIMENSIONS = 64;
/** Longer than any header of a plain array. */
export const LONGEST_NPY_HEADER = 4096;

/**
 * Reads the header of format 1.0, 2.0 or 3.0.
 * @param bad makes the error to throw from what is wrong, which ends with a full stop
 */
export function readNpyHeader(bytes: Uint8Array, bad: (what: string) => Error): NpyHeader {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, index) => bytes[index] !== byte))
    throw bad('is not an array of NumPy’s.');
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw bad(`is of version ${version} of NumPy’s format; 1 to 3 are read.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const prefix = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (prefix + length > bytes.length) throw bad('is cut short within its header.');
  const text = Buffer.from(bytes.subarray(prefix, prefix + length)).toString('latin1');
  const type = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (type === undefined || order === undefined || shape === undefined)
    throw bad('is not an array of plain numbers, or its header is damaged.');
  const lengths = shape
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (lengths.length > MOST_DIMENSIONS || !lengths.every(Number.isSafeInteger))
    throw bad('has a damaged shape in its header.');
  return {
    type,
    fortranOrder: order === 'True',
    shape: lengths,
    start: prefix + length,
  };
}
