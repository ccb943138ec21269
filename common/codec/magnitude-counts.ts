import { BINS, type MagnitudeCounts } from '../cascade/magnitudes.ts';
import { CascadeError } from '../errors.ts';

/**
 * Counts of layers as bytes, layer after layer: version (1), then for each layer the weights that are zero, the first bin, the number
 * of bins, and their counts; all as varints of seven bits a byte, the lowest first, the eighth bit set where more follow.
 */
const VERSION = 1;

export function encodeMagnitudes(layers: readonly MagnitudeCounts[]): Uint8Array<ArrayBuffer> {
  const bytes = [VERSION];
  const put = (value: number): void => {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
    bytes.push(rest);
  };
  for (const { zero, first, counts } of layers) {
    put(zero);
    put(first);
    put(counts.length);
    counts.forEach(put);
  }
  return Uint8Array.from(bytes);
}

/** Bytes that the counts of so many layers can take: a count is below 2^35. */
export function mostMagnitudeBytes(layers: number): number {
  return 1 + layers * 5 * (3 + BINS);
}

/** @throws CascadeError BAD_FRAME where the bytes are of another version, or not those of so many layers */
export function decodeMagnitudes(bytes: Uint8Array, layers: number): MagnitudeCounts[] {
  let at = 1;
  const take = (): number => {
    for (let value = 0, scale = 1; at < bytes.length; scale *= 0x80) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw bad();
  };
  if (bytes[0] !== VERSION) throw bad();
  const decoded = Array.from({ length: layers }, (): MagnitudeCounts => {
    const [zero, first, length] = [take(), take(), take()];
    if (first + length > BINS) throw bad();
    return { zero, first, counts: Uint32Array.from({ length }, take) };
  });
  if (at !== bytes.length) throw bad();
  return decoded;
}

function bad(): CascadeError {
  return new CascadeError('BAD_FRAME', 'A histogram of weights is damaged, or of another version.');
}
