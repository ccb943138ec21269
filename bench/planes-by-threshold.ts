import type Database from 'better-sqlite3';
import { applyPatch, decodeKey, encodeKey, encodePatch } from '../main/codec/planes.ts';
import { compress, decompress } from '../main/workspace/compression.ts';

/**
 * The peer of `main/workspace/writer/planes.ts` in `masks.ts`: planes as they were stored before changes of states, each plane by
 * itself, as changes of the epoch before, beginning anew where these weigh as much as the key, or after 64 epochs.
 */

const LONGEST_CHAIN = 64;

/** Stores all epochs of a layer in a table `peer (layer, epoch, key, bytes)`. */
export function storeByThreshold(
  database: Database.Database,
  layer: number,
  epochs: readonly Uint8Array[],
  count: number,
): void {
  const insert = database.prepare('insert into peer (layer, epoch, key, bytes) values (?, ?, ?, ?)');
  let chain = { key: 0, bytes: 0, patches: 0 };
  epochs.forEach((planes, epoch) => {
    const fresh = (): Uint8Array => compress(encodeKey(planes, count));
    const before = epochs[epoch - 1];
    let bytes: Uint8Array | null = null;
    if (before && epoch - chain.key < LONGEST_CHAIN && chain.patches < chain.bytes) {
      bytes = compress(encodePatch(before, planes, count));
      if (bytes.length >= chain.bytes) {
        const anew = fresh();
        if (anew.length <= bytes.length) bytes = null;
      }
    }
    if (bytes) chain.patches += bytes.length;
    else {
      bytes = fresh();
      chain = { key: epoch, bytes: bytes.length, patches: 0 };
    }
    insert.run(layer, epoch, chain.key, bytes);
  });
}

/** The planes of an epoch, with nothing decoded beforehand. @param bytes of all planes */
export function readByThreshold(
  database: Database.Database,
  layer: number,
  epoch: number,
  bytes: number,
): Uint8Array {
  const key = Number(
    database.prepare('select key from peer where layer = ? and epoch = ?').pluck().get(layer, epoch),
  );
  const [first, ...patches] = database
    .prepare('select bytes from peer where layer = ? and epoch between ? and ? order by epoch')
    .pluck()
    .all(layer, key, epoch) as Uint8Array[];
  const planes = decodeKey(decompress(first!), bytes);
  for (const patch of patches) applyPatch(planes, decompress(patch));
  return planes;
}
