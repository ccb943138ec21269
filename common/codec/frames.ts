import { CascadeError } from '../errors.ts';
import type { FlatValue } from '../fields/flat-specification.ts';
import type { Moment } from '../records.ts';

/**
 * A frame is a binary answer: magic 'CLF1', the header's length as uint32 (little endian), the header as JSON,
 * padding to 8 bytes, then the body. Float32 bodies can be read in place.
 */

/** What a frame tells of epochs that it has no room for: answers are bounded, and whoever wants all asks on. */
export interface Continued {
  /** The first epoch that was asked for and is not told; null where all are. */
  next: number | null;
}

/** Whence a control's counts over what a run keeps come: from where the writer stored them, or any of them from the masks, which takes long. */
export type ChannelCounts = 'stored' | 'masks';

/** Channel tables of several epochs: body is Float32, epoch after epoch, layer after layer, [rows × channels] each. */
export interface ChannelFrameHeader extends Continued {
  kind: 'channels';
  thresholds: string[];
  epochs: number[];
  layers: { name: string; channels: number; rows: number }[];
  /** Missing where nothing was counted: in a run's own tables, and where the run keeps all. */
  counts?: ChannelCounts;
}

/** Bit planes of one layer after one epoch: body is plane after plane. */
export interface PlaneFrameHeader {
  kind: 'planes';
  thresholds: string[];
  /** Those that the body holds, by `planeNames`. */
  planes: string[];
  epoch: number;
  layer: string;
  shape: number[];
  weights: number;
}

/** Histograms of |w|: body is epoch after epoch, `sizes` bytes each, see `magnitude-counts.ts`. */
export interface MagnitudeFrameHeader extends Continued {
  kind: 'magnitudes';
  layers: string[];
  epochs: number[];
  sizes: number[];
}

/** What was answered for every image of the test split: see `predictions.ts`. */
export interface PredictionFrameHeader {
  kind: 'predictions';
  epoch: number;
  moment: Moment;
  examples: number;
}

/** The list of runs: body is JSON, see `run-frames.ts`. */
export interface RunFrameHeader {
  kind: 'runs';
}

/** Test images: body is a byte a pixel and channel, image after image, [height × width × channels] each. */
export interface ImageFrameHeader {
  kind: 'images';
  /** Height, width, channels. */
  shape: [number, number, number];
  /** Which images of the test split they are. */
  images: number[];
}

/**
 * Flat specifications by hash: body is Uint32, key after key, [hashes] each: the place of the value among the key's, from 1, and 0
 * where there is none. See `specifications.ts`.
 */
export interface SpecificationFrameHeader {
  kind: 'specifications';
  hashes: string[];
  keys: { key: string; values: FlatValue[] }[];
}

/** How a record is put together again from columns of numbers: see `rows.ts`. */
export type RowShape =
  /** The same in every record. */
  | { is: 'constant'; value: string | number | boolean | null }
  /** A column of numbers. `absent`, a column of 0 and 1, tells where there is null instead; −1 where there never is. */
  | { is: 'number'; column: number; absent: number }
  | { is: 'text'; column: number; texts: string[] }
  | { is: 'list'; entries: RowShape[]; absent: number }
  | { is: 'object'; entries: [key: string, shape: RowShape][]; absent: number };

/** What a frame of records tells beside them. */
export interface RowsHeader extends Continued {
  /** Records of the run that there are, of which these are some, or stand for all. */
  stored: number;
  /** Epochs that two records stand for, the first and the last of them: see `main/workspace/reader/levels.ts`. 1: each is one epoch. */
  span: number;
}

/** Records as columns: body is Float64, column after column, [rows] each. See `rows.ts`. */
export interface RowsFrameHeader extends RowsHeader {
  kind: 'rows';
  rows: number;
  columns: number;
  shape: RowShape;
}

/** Curves of runs: body is Float64, column after column, [points] each. See `curve-frames.ts`. */
export interface CurveFrameHeader extends Continued {
  kind: 'curves';
  points: number;
  columns: number;
  /** Place, among the runs that were asked for, of the first that is not told; null where all are. */
  next: number | null;
}

/** What a query by SQL answered: body is JSON, see `result-frames.ts`. */
export interface ResultFrameHeader {
  kind: 'result';
}

export type FrameHeader =
  | CurveFrameHeader
  | ResultFrameHeader
  | ChannelFrameHeader
  | PlaneFrameHeader
  | MagnitudeFrameHeader
  | PredictionFrameHeader
  | RunFrameHeader
  | ImageFrameHeader
  | SpecificationFrameHeader
  | RowsFrameHeader;

const MAGIC = 0x31464c43;

export function encodeFrame(header: FrameHeader, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((8 + json.length) / 8) * 8;
  const bytes = new Uint8Array(start + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  bytes.set(json, 8);
  bytes.set(body, start);
  return bytes;
}

/** A frame as it came: a buffer of its own, or bytes that begin at a multiple of eight within theirs. */
export type FrameBytes = ArrayBuffer | Uint8Array<ArrayBuffer>;

/** Reads a frame of the wanted kind; the body is a view into it. @throws CascadeError BAD_FRAME */
export function decodeFrame<K extends FrameHeader['kind']>(
  kind: K,
  frame: FrameBytes,
): { header: Extract<FrameHeader, { kind: K }>; body: Uint8Array<ArrayBuffer> } {
  const bytes = frame instanceof Uint8Array ? frame : new Uint8Array(frame);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength < 8 || view.getUint32(0, true) !== MAGIC ? null : view.getUint32(4, true);
  const start = length === null ? 0 : Math.ceil((8 + length) / 8) * 8;
  const header =
    length === null || start > bytes.byteLength ? null : readHeader(bytes.subarray(8, 8 + length));
  if (header === null)
    throw new CascadeError('BAD_FRAME', 'The answer is not a frame of this version: reload the window.');
  if (header.kind !== kind)
    throw new CascadeError('BAD_FRAME', `Expected a frame of ${kind}, found ${header.kind}.`);
  return {
    header: header as Extract<FrameHeader, { kind: K }>,
    body: bytes.subarray(start),
  };
}

/** Null for what is no JSON. */
function readHeader(json: Uint8Array): FrameHeader | null {
  try {
    return JSON.parse(new TextDecoder().decode(json)) as FrameHeader | null;
  } catch {
    return null;
  }
}
