import type { CatalogueEntry } from '../../../common/catalogue.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';

/** Images of one split as bytes, [count × height × width × channels], and their labels. */
export interface Split {
  images: Uint8Array;
  labels: Int32Array;
  count: number;
}

export interface Dataset {
  name: string;
  /** Height, width, channels. */
  imageShape: [number, number, number];
  classes: number;
  train: Split;
  /** Held out from the training images; null where a study asks for none. Separate from the test split. */
  validation: Split | null;
  test: Split;
  /** Per-channel mean and standard deviation of byte / 255, subtracted and divided inside the step. */
  mean: number[];
  standardDeviation: number[];
  /** SHA-256 over all splits: two runs with the same hash used the same data. */
  hash: string;
}

/** A kind of data set that a study can name. `load` rejects bad files with a CascadeError that names the file. */
export interface DatasetKind extends CatalogueEntry {
  load(options: NamedOptions): Promise<Dataset>;
}
