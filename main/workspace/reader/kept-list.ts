import type { Connection } from '../database.ts';
import type { Standing } from '../standing.ts';

/**
 * The list of all runs, kept until anything is committed or a run stands otherwise: reading ten thousand runs takes half a
 * second, and windows ask for them again at every reload.
 */
export class KeptList {
  readonly #database: Connection;
  #kept: { version: number; standings: string; list: Uint8Array<ArrayBuffer> } | null = null;

  constructor(database: Connection) {
    this.#database = database;
  }

  /** @param list reads it anew @returns bytes of the caller's own, which may be transferred */
  read(standings: readonly Standing[], list: () => Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const key = {
      // Another one once any other connection has committed.
      version: Number(this.#database.pragma('data_version', { simple: true })),
      standings: JSON.stringify(standings),
    };
    if (this.#kept?.version !== key.version || this.#kept.standings !== key.standings)
      this.#kept = { ...key, list: list() };
    return this.#kept.list.slice();
  }
}
