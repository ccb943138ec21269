import { bytesOfPlanes, emptyPlanes, wordsOfPlanes, type PlaneWords } from '../codec/plane-words.ts';
import { applyPatch, decodeKey } from '../codec/planes.ts';
import { CHANGES_VERSION, readChanges, withChanges } from '../codec/state-changes.ts';
import { planeBytes } from '../../common/records.ts';
import { decompress } from './compression.ts';
import { prepared, type Connection } from './database.ts';
import { notFound } from './errors.ts';

/** A layer as stored: enough to find and size its planes. */
export interface StoredLayer {
  id: number;
  name: string;
  weights: number;
  channels: number;
  generation: number;
}

export function layersOf(database: Connection, run: number): StoredLayer[] {
  return prepared(
    database,
    'select id, name, weights, channels, generation from layers where run = ? order by position',
  ).all(run) as StoredLayer[];
}

/** Bytes of decoded planes to keep: five stacks of a network of 25 million weights at six thresholds. */
const BUDGET = 128 * 1024 * 1024;

/** The base of a row of `planes`: earlier versions did not store it (migration 0010). */
const BASE = 'coalesce(base, iif(key_epoch = epoch, epoch, epoch - 1))';

/**
 * Planes of any stored epoch. Each is stored as changes of those of an earlier epoch, its base, up to one that stands by itself.
 * What was decoded last stays in memory, so that a seek costs the changes since the nearest base that is known.
 */
export class PlaneChains {
  readonly #database: Connection;
  /** By layer, generation and epoch, the one used last at the end. */
  readonly #decoded = new Map<string, { layer: number; planes: PlaneWords }>();
  #bytes = 0;

  constructor(database: Connection) {
    this.#database = database;
  }

  /**
   * The planes (`count` × ⌈weights / 8⌉ bytes) of a layer after an epoch. They may be kept, and are never to be written to.
   * @throws CascadeError NOT_FOUND where the epoch is not stored, BAD_PLANES where what is stored is damaged
   */
  seek(layer: StoredLayer, epoch: number, count: number): Uint8Array {
    return bytesOfPlanes(this.seekWords(layer, epoch, count), planeBytes(layer.weights));
  }

  /** The same as words. */
  seekWords(layer: StoredLayer, epoch: number, count: number): PlaneWords {
    const missing: { epoch: number; base: number }[] = [];
    let planes = this.#known(layer, epoch);
    for (let at = epoch; !planes;) {
      const base = this.baseOf(layer, at);
      missing.push({ epoch: at, base });
      planes = base === at ? emptyPlanes(layer.weights, count) : this.#known(layer, base);
      at = base;
    }
    for (const { epoch, base } of missing.reverse()) {
      const stored = this.#stored(layer, epoch);
      planes = base === epoch ? alone(planes, layer, stored) : changed(planes, layer, stored);
      this.#keep(layer, epoch, planes);
    }
    return planes;
  }

  /** Of which epoch's planes those of an epoch are stored as changes; the epoch itself where it stands by itself. */
  baseOf(layer: StoredLayer, epoch: number): number {
    const base = prepared(this.#database, `select ${BASE} from planes where layer = ? and epoch = ?`)
      .pluck()
      .get(layer.id, epoch) as number | undefined;
    if (base === undefined || base > epoch) throw notFound(`epoch ${epoch} of the layer '${layer.name}'`);
    return base;
  }

  /** The last epoch before another, at least one is stored, whose base is not the epoch before it. */
  anchorBefore(layer: StoredLayer, epoch: number): number {
    return prepared(
      this.#database,
      `select epoch from planes where layer = ? and epoch < ? and ${BASE} <> epoch - 1 order by epoch desc limit 1`,
    )
      .pluck()
      .get(layer.id, epoch) as number;
  }

  forget(layer: number): void {
    for (const [key, decoded] of this.#decoded) if (decoded.layer === layer) this.#drop(key);
  }

  #stored(layer: StoredLayer, epoch: number): Uint8Array {
    const bytes = prepared(this.#database, 'select bytes from planes where layer = ? and epoch = ?')
      .pluck()
      .get(layer.id, epoch) as Uint8Array;
    return decompress(bytes);
  }

  #known(layer: StoredLayer, epoch: number): PlaneWords | undefined {
    const key = keyOf(layer, epoch);
    const known = this.#decoded.get(key);
    if (!known) return undefined;
    this.#decoded.delete(key);
    this.#decoded.set(key, known);
    return known.planes;
  }

  /** Keeps what was used last, within the budget. */
  #keep(layer: StoredLayer, epoch: number, planes: PlaneWords): void {
    const key = keyOf(layer, epoch);
    this.#decoded.set(key, { layer: layer.id, planes });
    this.#bytes += planes.words.byteLength;
    for (const [oldest] of this.#decoded) {
      if (this.#bytes <= BUDGET || oldest === key) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const known = this.#decoded.get(key);
    if (!known) return;
    this.#decoded.delete(key);
    this.#bytes -= known.planes.words.byteLength;
  }
}

function keyOf(layer: StoredLayer, epoch: number): string {
  return `${layer.id}/${layer.generation}/${epoch}`;
}

/** The planes that stand by themselves. @param empty of the same size, with no bit set */
function alone(empty: PlaneWords, layer: StoredLayer, stored: Uint8Array): PlaneWords {
  if (stored[0] === CHANGES_VERSION) return changed(empty, layer, stored);
  const bytes = empty.count * planeBytes(layer.weights);
  return wordsOfPlanes(decodeKey(stored, bytes), empty.count);
}

/** The planes that stored changes lead to from others, which stay as they are. */
function changed(before: PlaneWords, layer: StoredLayer, stored: Uint8Array): PlaneWords {
  if (stored[0] === CHANGES_VERSION) return withChanges(before, readChanges(before, stored));
  const planes = bytesOfPlanes(before, planeBytes(layer.weights)).slice();
  applyPatch(planes, stored);
  return wordsOfPlanes(planes, before.count);
}
