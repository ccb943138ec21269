import type { ImageFormat } from '../../tensorflow/image-decoder.ts';

export interface ImageHeader {
  format: ImageFormat;
  height: number;
  width: number;
  /** Whether it holds the inks cyan, magenta, yellow and black, as JPEGs for print do. */
  inks: boolean;
}

/** The largest of ImageNet have as many; decoded, that is 200 MB for each thread. */
const LARGEST_PIXELS = 2 ** 26;
/** So many are decoded whatever the file's size; of more, pictures take at least a byte for so many. */
const ANY_PIXELS = 2 ** 24;
const PIXELS_PER_BYTE = 100;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Tells from its first bytes what an image file is and how large, whatever its name.
 * @param bad makes the error to throw from what is wrong, which ends with a full stop
 */
export function readImageHeader(bytes: Uint8Array, bad: (what: string) => Error): ImageHeader {
  if (bytes.length === 0) throw bad('is empty.');
  const header = PNG.every((byte, index) => bytes[index] === byte)
    ? readPng(bytes)
    : bytes[0] === 0xff && bytes[1] === 0xd8
      ? readJpeg(bytes)
      : null;
  if (header === null) throw bad(`is not a JPEG or PNG image${guess(bytes)}.`);
  if (header === undefined) throw bad('is cut short or damaged: it does not tell how large the image is.');
  if (header.height === 0 || header.width === 0) throw bad('is damaged: its image has no pixels.');
  const pixels = header.height * header.width;
  const size = `${header.height} × ${header.width}`;
  if (pixels > LARGEST_PIXELS)
    throw bad(`says that it is ${size} pixels, more than are read (${LARGEST_PIXELS} in all).`);
  if (pixels > ANY_PIXELS && pixels > PIXELS_PER_BYTE * bytes.length)
    throw bad(`says that it is ${size} pixels, more than its ${bytes.length} bytes can hold of a picture.`);
  return header;
}

function readPng(bytes: Uint8Array): ImageHeader | undefined {
  if (bytes.length < 24 || Buffer.from(bytes.subarray(12, 16)).toString('latin1') !== 'IHDR')
    return undefined;
  const view = viewOf(bytes);
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), inks: false };
}

/** The size stands in the first start-of-frame segment. */
function readJpeg(bytes: Uint8Array): ImageHeader | undefined {
  const view = viewOf(bytes);
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    // Fill bytes, and markers without a segment.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return {
        format: 'jpeg',
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        inks: bytes[at + 9] === 4,
      };
    else if (marker === 0xd9 || marker === 0xda) return undefined;
    else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** What else a file may be that looks like an image to people. */
function guess(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (text.startsWith('GIF8')) return ': it is a GIF';
  if (text.startsWith('BM')) return ': it may be a BMP';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return ': it is a WebP';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return ': it is a TIFF';
  if (/^\s*<(!doctype|html|svg|\?xml)/i.test(text)) return ': it is a web page or another text';
  return '';
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
