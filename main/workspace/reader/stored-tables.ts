import type { StoredLayer } from '../chains.ts';
import type { StoredRun } from './stored-run.ts';

/** Channel tables of a run: of each epoch those of all its layers, one after another. */
export interface StoredTables {
  run: StoredRun;
  layers: StoredLayer[];
  /** Positions in the run's ladder of the thresholds that the tables tell. */
  thresholds: readonly number[];
  epochs: Map<number, Float32Array<ArrayBuffer>>;
}
