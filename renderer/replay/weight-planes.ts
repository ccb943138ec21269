import { ACTIVE, INERT, PRUNED, SHED } from '../../common/cascade/composition.ts';
import { decodeFrame, type FrameBytes, type PlaneFrameHeader } from '../../common/codec/frames.ts';
import type { KernelKind } from '../../common/network.ts';
import { INERT_PLANE, planeBytes, planeNames, PRUNED_PLANE, shedPlane } from '../../common/records.ts';
import { Recent } from './recent.ts';
import { buildTiles, bytesOf, countTiles } from './weight-tiles.ts';
import type { BitMatrix, Tiles } from './weight-tiles.ts';

const NO_BYTES = new Uint8Array(0);

/** Bytes of counted tiles that are kept beside the planes: of what was drawn last. */
const TILES_LIMIT = 32 * 1024 * 1024;
const counted = new Recent<Tiles[]>(TILES_LIMIT);
let made = 0;

/**
 * The bit planes of one layer after one epoch, as many as were read, as a matrix: a row for each input (and kernel position),
 * a column for each output channel, because the output channel is the last axis of every kernel's flattening.
 */
export class WeightPlanes {
  readonly epoch: number;
  readonly layer: string;
  readonly thresholds: readonly string[];
  readonly rows: number;
  readonly columns: number;
  readonly weights: number;
  /** By their places in the ladder; those that were not read are left out. */
  private readonly planes: readonly (Uint8Array | undefined)[];
  /** What is told as pruned: of the run itself, and of the run beside it where there is one. */
  private readonly pruned: Uint8Array;
  private readonly key = (made += 1);
  private kept: { beside: WeightPlanes; planes: WeightPlanes } | null = null;

  private constructor(
    of: Readonly<Pick<PlaneFrameHeader, 'epoch' | 'layer' | 'weights'>> & { thresholds: readonly string[] },
    columns: number,
    planes: readonly (Uint8Array | undefined)[],
    pruned = planes[PRUNED_PLANE],
  ) {
    this.epoch = of.epoch;
    this.layer = of.layer;
    this.thresholds = of.thresholds;
    this.weights = of.weights;
    this.columns = columns;
    this.rows = Math.ceil(of.weights / columns);
    this.planes = planes;
    this.pruned = pruned ?? NO_BYTES;
  }

  /** Reads a frame of planes. `known` are those of the same moment that were read before. */
  static read(frame: FrameBytes, columns: number, known: WeightPlanes | null = null): WeightPlanes {
    const { header, body } = decodeFrame('planes', frame);
    const size = planeBytes(header.weights);
    const planes = [...(known?.planes ?? [])];
    const names = planeNames(header.thresholds);
    header.planes.forEach((name, index) => {
      planes[names.indexOf(name)] = body.subarray(index * size, (index + 1) * size);
    });
    return new WeightPlanes(header, columns, planes);
  }

  /** Bytes of all planes, and of one more: what another run beside this one has pruned. */
  get bytes(): number {
    return (this.planes.filter(Boolean).length + 1) * planeBytes(this.weights);
  }

  /** Of some planes, those that were not read. */
  lacking(names: readonly string[]): string[] {
    const all = planeNames(this.thresholds);
    return names.filter((name) => this.planes[all.indexOf(name)] === undefined);
  }

  /** The same weights with all that another run has pruned told as pruned; null where that is of another moment. */
  keptBy(other: WeightPlanes): WeightPlanes | null {
    const isSame = other.epoch === this.epoch && other.layer === this.layer && other.weights === this.weights;
    if (!isSame) return null;
    if (this.kept?.beside !== other) {
      const pruned = union(this.pruned, other.pruned);
      this.kept = { beside: other, planes: new WeightPlanes(this, this.columns, this.planes, pruned) };
    }
    return this.kept.planes;
  }

  /** The three planes of a picture at a threshold. */
  bits(threshold: number): BitMatrix {
    const { pruned, rows, columns } = this;
    return { pruned, shed: this.plane(shedPlane(threshold)), inert: this.plane(INERT_PLANE), rows, columns };
  }

  /** ACTIVE, SHED, INERT or PRUNED of a weight: shed comes before inert, as in a channel's composition. */
  stateOf(index: number, threshold: number): number {
    return isSet(this.pruned, index) ? PRUNED : this.ownStateOf(index, threshold)!;
  }

  /** As the run itself has it, whatever the run beside it has pruned; null where the threshold's plane was not read. */
  ownStateOf(index: number, threshold: number): number | null {
    const shed = this.planes[shedPlane(threshold)];
    if (shed === undefined) return null;
    if (isSet(this.plane(PRUNED_PLANE), index)) return PRUNED;
    if (isSet(shed, index)) return SHED;
    return isSet(this.plane(INERT_PLANE), index) ? INERT : ACTIVE;
  }

  /** The largest tiles that are not larger than `span` weights a side; null where weights are read one by one. */
  tilesWithin(span: number, threshold: number): Tiles | null {
    if (span < 2) return null;
    const pairs = span < 4;
    const key = `${this.key}/${threshold}/${pairs}`;
    let tiles = counted.get(key);
    if (tiles === undefined) {
      const bits = this.bits(threshold);
      tiles = pairs ? [countTiles(bits, 2)] : buildTiles(bits);
      counted.set(key, tiles, bytesOf(tiles));
    }
    return tiles.findLast((level) => level.side <= span) ?? null;
  }

  private plane(index: number): Uint8Array {
    return this.planes[index] ?? NO_BYTES;
  }
}

function isSet(plane: Uint8Array, index: number): boolean {
  return (plane[index >> 3]! & (1 << (index & 7))) !== 0;
}

function union(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = one.slice();
  for (let at = 0; at < both.length; at += 1) both[at]! |= other[at]!;
  return both;
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
