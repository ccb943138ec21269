import { crc32, deflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { fontFiles } from './fonts.ts';

const SIGNATURE = 8;
/** Length, name, 13 bytes and checksum of the first chunk. */
const HEADER = 25;
const METRES_PER_INCH = 0.0254;

export const LEAST_DPI = 36;
export const MOST_DPI = 1200;

/**
 * An SVG of ours as PNG, drawn with our own fonts and none of the system's.
 *
 * @param width of the drawing, in points of 1/72 inch
 * @param texts kept in the file, by their keywords
 */
export function pngOf(
  svg: string,
  width: number,
  dpi: number,
  texts: Readonly<Record<string, string>>,
): Buffer {
  const image = new Resvg(svg, {
    fitTo: { mode: 'width', value: Math.round((width * dpi) / 72) },
    font: { loadSystemFonts: false, fontFiles: fontFiles() },
    background: '#ffffff',
  }).render();
  const bytes = Buffer.from(image.asPng());
  const chunks = [
    resolutionChunk(dpi),
    ...Object.entries(texts).map(([name, text]) => textChunk(name, text)),
  ];
  return Buffer.concat([
    bytes.subarray(0, SIGNATURE + HEADER),
    ...chunks,
    bytes.subarray(SIGNATURE + HEADER),
  ]);
}

/** How many pixels a metre has, so that programs place it at its true size. */
function resolutionChunk(dpi: number): Buffer {
  const body = Buffer.alloc(9);
  const pixels = Math.round(dpi / METRES_PER_INCH);
  body.writeUInt32BE(pixels, 0);
  body.writeUInt32BE(pixels, 4);
  body.writeUInt8(1, 8);
  return chunk('pHYs', body);
}

/** Text in UTF-8, compressed. */
function textChunk(keyword: string, text: string): Buffer {
  const head = Buffer.from(`${keyword}\0\u0001\0\0\0`, 'latin1');
  return chunk('iTXt', Buffer.concat([head, deflateSync(Buffer.from(text))]));
}

function chunk(name: string, body: Buffer): Buffer {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const content = Buffer.concat([Buffer.from(name, 'latin1'), body]);
  length.writeUInt32BE(body.length);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}
