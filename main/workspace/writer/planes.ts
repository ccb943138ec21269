import {
  bytesOfPlanes,
  emptyPlanes,
  popcount32,
  wordsOfPlanes,
  type PlaneWords,
} from '../../codec/plane-words.ts';
import { encodeKey, encodePatch } from '../../codec/planes.ts';
import { encodeChanges } from '../../codec/state-changes.ts';
import { planeBytes, PRUNED_PLANE } from '../../../common/records.ts';
import { PlaneChains, type StoredLayer } from '../chains.ts';
import { compress } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';

/** Epochs that follow one another as changes of the epoch before, at most and at least; then comes an anchor. */
const LONGEST_CHAIN = 64;
const SHORTEST_CHAIN = 8;
/** Weights that the changes of a chain lead past, all epochs together: what a seek at its end takes some 50 ms for. */
const CHAIN_WEIGHTS = 2 ** 24;
/** Bytes of changes after which a small layer has an anchor too: four planes, or 16 kB, take about two milliseconds to read. */
const CHAIN_PLANES = 4;
const CHAIN_BYTES = 16_384;
/** Anchors that are changes of the anchor before, one after another. */
const MOST_ANCHORS = 8;
/** Pruning of more than this share of a layer begins with an anchor, so that no later anchor has to tell it once more. */
const LARGE_PRUNING = 1 / 16;
/** An anchor is changes of another only where that takes less than this share of what stands by itself: it is read with its base. */
const WORTH_A_BASE = 0.7;

interface Tip {
  epoch: number;
  planes: PlaneWords;
}

/**
 * Stores planes as changes of an earlier epoch's, the base. Most have the epoch before as their base. Every so many epochs there is
 * an anchor, whose base is the anchor before, or which stands by itself where that is shorter: a seek reads a few anchors and the
 * epochs since the last. A large layer has more of them, and is stored as bits, which take more room and read many times faster.
 * The last planes of active runs stay in memory.
 */
export class PlaneWriter {
  readonly #database: Connection;
  readonly #chains: PlaneChains;
  readonly #tips = new Map<number, Tip>();

  constructor(database: Connection) {
    this.#database = database;
    this.#chains = new PlaneChains(database);
  }

  /**
   * Stores the planes of the epoch after the last, and keeps them: they are ours from now on. When the transaction
   * fails, `forget` the layer.
   */
  append(layer: StoredLayer, epoch: number, planes: Uint8Array, count: number): void {
    const after = wordsOfPlanes(planes, count);
    const { base, bytes } = this.#encode(layer, epoch, after);
    prepared(
      this.#database,
      'insert into planes (layer, epoch, key_epoch, base, bytes) values (:layer, :epoch, :base, :base, :bytes)',
    ).run({ layer: layer.id, epoch, base, bytes });
    this.#tips.set(layer.id, { epoch, planes: after });
  }

  /** Planes of a stored epoch, never to be written to. */
  read(layer: StoredLayer, epoch: number, count: number): Uint8Array {
    return bytesOfPlanes(this.#words(layer, epoch, count), planeBytes(layer.weights));
  }

  /** Forgets what is kept of a layer: its run is no longer active, or what was stored has changed. */
  forget(layer: number): void {
    this.#tips.delete(layer);
    this.#chains.forget(layer);
  }

  #words(layer: StoredLayer, epoch: number, count: number): PlaneWords {
    const tip = this.#tips.get(layer.id);
    return tip?.epoch === epoch ? tip.planes : this.#chains.seekWords(layer, epoch, count);
  }

  #encode(layer: StoredLayer, epoch: number, after: PlaneWords): { base: number; bytes: Uint8Array } {
    const alone = (): { base: number; bytes: Uint8Array } => ({
      base: epoch,
      bytes: encodeAlone(layer, after),
    });
    if (!this.#isStored(layer.id, epoch - 1)) return alone();
    const before = this.#words(layer, epoch - 1, after.count);
    const { anchor, anchors } = this.#anchorsBefore(layer, epoch);
    const passed = epoch - 1 - anchor;
    const isShort =
      passed + 1 < chainLength(layer.weights) &&
      this.#bytesBetween(layer.id, anchor, epoch) <
        Math.max(CHAIN_BYTES, CHAIN_PLANES * planeBytes(layer.weights));
    if (isShort && !(passed > 0 && prunesMany(layer, before, after)))
      return { base: epoch - 1, bytes: encodeFrom(layer, before, after) };
    if (anchors >= MOST_ANCHORS) return alone();
    const fresh = alone();
    const bytes = encodeFrom(layer, this.#words(layer, anchor, after.count), after);
    return bytes.length < fresh.bytes.length * WORTH_A_BASE ? { base: anchor, bytes } : fresh;
  }

  /** Bytes of the planes of the epochs between two. */
  #bytesBetween(layer: number, first: number, end: number): number {
    return prepared(
      this.#database,
      'select coalesce(sum(length(bytes)), 0) from planes where layer = ? and epoch > ? and epoch < ?',
    )
      .pluck()
      .get(layer, first, end) as number;
  }

  #isStored(layer: number, epoch: number): boolean {
    return (
      prepared(this.#database, 'select 1 from planes where layer = ? and epoch = ?').get(layer, epoch) !==
      undefined
    );
  }

  /** The last anchor before an epoch, and how many there are up to and with the one that stands by itself. */
  #anchorsBefore(layer: StoredLayer, epoch: number): { anchor: number; anchors: number } {
    const anchor = this.#chains.anchorBefore(layer, epoch);
    let anchors = 1;
    for (let at = anchor, base = this.#chains.baseOf(layer, at); base !== at; anchors++) {
      at = base;
      base = this.#chains.baseOf(layer, at);
    }
    return { anchor, anchors };
  }
}

function chainLength(weights: number): number {
  return Math.min(LONGEST_CHAIN, Math.max(SHORTEST_CHAIN, Math.floor(CHAIN_WEIGHTS / weights)));
}

function prunesMany({ weights }: StoredLayer, before: PlaneWords, after: PlaneWords): boolean {
  let pruned = 0;
  const start = PRUNED_PLANE * after.stride;
  for (let index = start; index < start + after.stride; index++)
    pruned += popcount32(after.words[index]! ^ before.words[index]!);
  return pruned > weights * LARGE_PRUNING;
}

/** A general compressor finds the pattern where whole channels change; elsewhere the states' changes are shorter. */
function encodeFrom({ weights }: StoredLayer, before: PlaneWords, after: PlaneWords): Uint8Array {
  const size = planeBytes(weights);
  const bits = compress(encodePatch(bytesOfPlanes(before, size), bytesOfPlanes(after, size), after.count));
  return isLarge(weights) ? bits : shorter(bits, compress(encodeChanges(before, after)));
}

function encodeAlone({ weights }: StoredLayer, planes: PlaneWords): Uint8Array {
  const bits = compress(encodeKey(bytesOfPlanes(planes, planeBytes(weights)), planes.count));
  if (isLarge(weights)) return bits;
  const changes = compress(encodeChanges(emptyPlanes(weights, planes.count), planes));
  return changes.length < bits.length * WORTH_A_BASE ? changes : bits;
}

/** The second only where it is clearly shorter, because bits are read many times faster than changes of states. */
function shorter(bits: Uint8Array, changes: Uint8Array): Uint8Array {
  return changes.length < bits.length * 0.9 ? changes : bits;
}

/** Whether reading changes of states takes so long (a second and more in ResNet-50) that all is stored as bits. */
function isLarge(weights: number): boolean {
  return chainLength(weights) < LONGEST_CHAIN;
}
