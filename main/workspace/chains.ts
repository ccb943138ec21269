import { applyPatch, decodeKey } from '../codec/planes.ts';
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

interface Decoded {
  layer: number;
  generation: number;
  epoch: number;
  planes: Uint8Array;
}

/** Bytes of decoded planes to keep: five stacks of a network of 25 million weights at six thresholds. */
const BUDGET = 128 * 1024 * 1024;

/**
 * Planes of any stored epoch. Each chain's last answer is kept decoded, and because a patch leads both ways, a seek within
 * it costs only the patches in between; a seek to another chain costs its key and the patches after it.
 */
export class PlaneChains {
  readonly #database: Connection;
  /** By layer and key, the one used last at the end. */
  readonly #decoded = new Map<string, Decoded>();
  #bytes = 0;

  constructor(database: Connection) {
    this.#database = database;
  }

  /**
   * The planes (`count` × ⌈weights / 8⌉ bytes) of a layer after an epoch. They are ours and change with the next
   * seek of that layer: copy what is to stay.
   */
  seek(layer: StoredLayer, epoch: number, count: number): Uint8Array {
    const key = prepared(this.#database, 'select key_epoch from planes where layer = ? and epoch = ?')
      .pluck()
      .get(layer.id, epoch) as number | undefined;
    if (key === undefined) throw notFound(`epoch ${epoch} of the layer '${layer.name}'`);
    const chain = `${layer.id}/${key}`;
    const known = this.#decoded.get(chain);
    this.#drop(chain);
    let planes: Uint8Array;
    if (known?.generation === layer.generation) {
      planes = known.planes;
      this.#apply(planes, layer.id, Math.min(epoch, known.epoch), Math.max(epoch, known.epoch));
    } else {
      const bytes = prepared(this.#database, 'select bytes from planes where layer = ? and epoch = ?')
        .pluck()
        .get(layer.id, key) as Uint8Array;
      planes = decodeKey(decompress(bytes), count * planeBytes(layer.weights));
      this.#apply(planes, layer.id, key, epoch);
    }
    this.#keep(chain, { layer: layer.id, generation: layer.generation, epoch, planes });
    return planes;
  }

  forget(layer: number): void {
    for (const [chain, decoded] of this.#decoded) if (decoded.layer === layer) this.#drop(chain);
  }

  #drop(chain: string): void {
    const known = this.#decoded.get(chain);
    if (!known) return;
    this.#decoded.delete(chain);
    this.#bytes -= known.planes.length;
  }

  /** Applies the patches of the epochs after `after` up to and with `last`. */
  #apply(planes: Uint8Array, layer: number, after: number, last: number): void {
    if (after === last) return;
    const patches = prepared(
      this.#database,
      'select bytes from planes where layer = ? and epoch > ? and epoch <= ? order by epoch',
    )
      .pluck()
      .all(layer, after, last) as Uint8Array[];
    for (const patch of patches) applyPatch(planes, decompress(patch));
  }

  /** Keeps what was used last, within the budget. */
  #keep(chain: string, decoded: Decoded): void {
    this.#decoded.set(chain, decoded);
    this.#bytes += decoded.planes.length;
    for (const [oldest] of this.#decoded) {
      if (this.#bytes <= BUDGET || oldest === chain) break;
      this.#drop(oldest);
    }
  }
}
