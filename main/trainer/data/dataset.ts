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
  /** A name for each class, where the files tell. */
  classNames?: string[];
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

/** What can be told of a data set without reading its pixels. */
export interface DatasetOutline {
  /** Height, width, channels. */
  imageShape: [number, number, number];
  classes: number;
  /** Images of each split; validation is 0 where a study asks for none. */
  train: number;
  validation: number;
  test: number;
  /** Images and labels of all splits in memory, about. */
  bytes: number;
  classNames?: string[];
}

/**
 * A kind of data set that a study can name. Both functions reject bad files with a CascadeError that names the file
 * (BAD_DATA_FILE), and more images asked for than there are with INVALID_STUDY.
 */
export interface DatasetKind extends CatalogueEntry {
  load(options: NamedOptions): Promise<Dataset>;
  /** Reads headers and sizes of files only: what is wrong within their data, `load` alone finds. */
  outline(options: NamedOptions): Promise<DatasetOutline>;
}
