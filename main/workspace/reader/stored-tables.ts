import type { StoredLayer } from '../chains.ts';
import type { StoredRun } from './stored-run.ts';

/** The channel tables of a run: of each epoch those of all its layers, one after another. */
export interface StoredTables {
  run: StoredRun;
  layers: StoredLayer[];
  epochs: Map<number, Float32Array<ArrayBuffer>>;
}
