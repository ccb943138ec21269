import { encodeKey, encodePatch } from '../../codec/planes.ts';
import { PlaneChains, type StoredLayer } from '../chains.ts';
import { compress } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';

/** Epochs after which a chain of patches starts anew, so that no seek has to apply more. */
const LONGEST_CHAIN = 64;

interface Tip {
  epoch: number;
  planes: Uint8Array;
}

/**
 * Appends planes to each layer's chain. A chain starts anew when its patches have become as large as its key, after
 * 64 epochs, or when a patch would be no smaller than a key. The last planes of active runs stay in memory.
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
    const { key, bytes } = this.#encode(layer, epoch, planes, count);
    prepared(this.#database, 'insert into planes (layer, epoch, key_epoch, bytes) values (?, ?, ?, ?)').run(
      layer.id,
      epoch,
      key,
      bytes,
    );
    this.#tips.set(layer.id, { epoch, planes });
  }

  /** Planes of a stored epoch, to be read before the next call. */
  read(layer: StoredLayer, epoch: number, count: number): Uint8Array {
    const tip = this.#tips.get(layer.id);
    return tip?.epoch === epoch ? tip.planes : this.#chains.seek(layer, epoch, count);
  }

  /** Forgets what is kept of a layer: its run is no longer active, or what was stored has changed. */
  forget(layer: number): void {
    this.#tips.delete(layer);
    this.#chains.forget(layer);
  }

  #encode(
    layer: StoredLayer,
    epoch: number,
    planes: Uint8Array,
    count: number,
  ): { key: number; bytes: Uint8Array } {
    const chain = this.#chainAt(layer.id, epoch - 1);
    const fresh = (): Uint8Array => compress(encodeKey(planes, count));
    if (!chain || epoch - chain.key >= LONGEST_CHAIN || chain.patches >= chain.keyBytes)
      return { key: epoch, bytes: fresh() };
    const patch = compress(encodePatch(this.read(layer, epoch - 1, count), planes, count));
    if (patch.length < chain.keyBytes) return { key: chain.key, bytes: patch };
    const anew = fresh();
    return anew.length <= patch.length ? { key: epoch, bytes: anew } : { key: chain.key, bytes: patch };
  }

  #chainAt(layer: number, epoch: number): { key: number; keyBytes: number; patches: number } | null {
    const rows = prepared(
      this.#database,
      `select epoch, length(bytes) as size from planes
       where layer = :layer and epoch <= :epoch and epoch >= (select key_epoch from planes where layer = :layer and epoch = :epoch)
       order by epoch`,
    ).all({ layer, epoch }) as { epoch: number; size: number }[];
    const [key, ...rest] = rows;
    if (!key) return null;
    return { key: key.epoch, keyBytes: key.size, patches: rest.reduce((sum, row) => sum + row.size, 0) };
  }
}
