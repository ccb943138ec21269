import { ACTIVE, INERT, PRUNED, SHED } from '../../common/cascade/composition.ts';
import { decodeFrame, type FrameBytes } from '../../common/codec/frames.ts';
import type { KernelKind } from '../../common/network.ts';
import { INERT_PLANE, PRUNED_PLANE, planeBytes, shedPlane } from '../../common/records.ts';
import { buildTiles, countTiles } from './weight-tiles.ts';
import type { BitMatrix, Tiles } from './weight-tiles.ts';

/**
 * The bit planes of one layer after one epoch, as a matrix: a row for each input (and kernel position), a column
 * for each output channel, because the output channel is the last axis of every kernel's flattening.
 */
export class WeightPlanes {
  readonly epoch: number;
  readonly layer: string;
  readonly shape: readonly number[];
  readonly thresholds: readonly string[];
  readonly rows: number;
  readonly columns: number;
  readonly weights: number;
  readonly bytes: number;
  private readonly frame: FrameBytes;
  private readonly body: Uint8Array;
  /** What is told as pruned: of the run itself, and of the run beside it where there is one. */
  private readonly pruned: Uint8Array;
  /** Built when first looked at from afar, for one threshold at a time. */
  private tiles: { threshold: number; pairs: Tiles | null; levels: Tiles[] | null } | null = null;

  constructor(frame: FrameBytes, columns: number, beside: WeightPlanes | null = null) {
    const { header, body } = decodeFrame('planes', frame);
    this.frame = frame;
    this.epoch = header.epoch;
    this.layer = header.layer;
    this.shape = header.shape;
    this.thresholds = header.thresholds;
    this.weights = header.weights;
    this.columns = columns;
    this.rows = Math.ceil(header.weights / columns);
    this.body = body;
    this.bytes = body.byteLength;
    const size = planeBytes(this.weights);
    const own = body.subarray(PRUNED_PLANE * size, (PRUNED_PLANE + 1) * size);
    this.pruned = beside === null ? own : own.map((byte, index) => byte | beside.pruned[index]!);
  }

  /** The same weights with all that another run has pruned told as pruned; null where that is of another moment. */
  keptBy(other: WeightPlanes): WeightPlanes | null {
    const isSame = other.epoch === this.epoch && other.layer === this.layer && other.weights === this.weights;
    return isSame ? new WeightPlanes(this.frame, this.columns, other) : null;
  }

  /** One plane's bytes. */
  plane(index: number): Uint8Array {
    if (index === PRUNED_PLANE) return this.pruned;
    const size = planeBytes(this.weights);
    return this.body.subarray(index * size, (index + 1) * size);
  }

  /** ACTIVE, SHED, INERT or PRUNED of a weight: shed comes before inert, as in a channel's composition. */
  stateOf(index: number, threshold: number): number {
    const bit = 1 << (index & 7);
    return (this.pruned[index >> 3]! & bit) !== 0 ? PRUNED : this.ownStateOf(index, threshold);
  }

  /** As the run itself has it, whatever the run beside it has pruned. */
  ownStateOf(index: number, threshold: number): number {
    const size = planeBytes(this.weights);
    const at = index >> 3;
    const bit = 1 << (index & 7);
    if ((this.body[PRUNED_PLANE * size + at]! & bit) !== 0) return PRUNED;
    if ((this.body[shedPlane(threshold) * size + at]! & bit) !== 0) return SHED;
    if ((this.body[INERT_PLANE * size + at]! & bit) !== 0) return INERT;
    return ACTIVE;
  }

  /** The largest tiles that are not larger than `span` weights a side; null where weights are read one by one. */
  tilesWithin(span: number, threshold: number): Tiles | null {
    if (span < 2) return null;
    if (this.tiles?.threshold !== threshold) this.tiles = { threshold, pairs: null, levels: null };
    if (span < 4) return (this.tiles.pairs ??= countTiles(this.bits(threshold), 2));
    this.tiles.levels ??= buildTiles(this.bits(threshold));
    return this.tiles.levels.findLast((level) => level.side <= span) ?? null;
  }

  private bits(threshold: number): BitMatrix {
    return {
      pruned: this.plane(PRUNED_PLANE),
      shed: this.plane(shedPlane(threshold)),
      inert: this.plane(INERT_PLANE),
      rows: this.rows,
      columns: this.columns,
    };
  }
}

/** What a weight connects: its input and its output channel, and its kernel position where there is one. */
export function weightName(kind: KernelKind, shape: readonly number[], row: number, column: number): string {
  if (kind === 'dense') return `input ${row} → output ${column}`;
  const [, width = 1, inputs = 1, last = 1] = shape;
  if (kind === 'depthwise')
    return `kernel (${Math.floor(row / width)}, ${row % width}), channel ${Math.floor(column / last)} → output ${column}`;
  const position = Math.floor(row / inputs);
  const place = kind === 'pointwise' ? '' : `kernel (${Math.floor(position / width)}, ${position % width}), `;
  return `${place}input ${row % inputs} → output ${column}`;
}
