import type * as z from 'zod';
import type { Component } from '../component.ts';
import type { Definition } from '../registry.ts';

/** Images of one split as bytes, [count × height × width × channels], and their labels. */
export interface Split {
  /** Empty where `source` gives them. */
  images: Uint8Array;
  labels: Int32Array;
  count: number;
  /** Images that do not fit in memory, batch by batch; only where `images` is empty. */
  source?: ImageSource;
}

/** Images that other threads read ahead of the step that needs them. */
export interface ImageSource {
  /**
   * Says which images of the split `next` will be asked for, batch by batch: reading starts at once. It replaces an
   * earlier announcement; all batches together are at most the images of the split.
   */
  announce(batches: readonly Int32Array[]): void;
  /**
   * The images of the next announced batch, [batch × height × width × channels], in memory that the call after it uses
   * again. Waits until they are there, and throws BAD_DATA_FILE where one cannot be read.
   */
  next(): Uint8Array;
  /** Seconds that `next` has waited, in all. */
  readonly waited: number;
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
  /** Ends the threads behind the splits' sources, where there are any. */
  close?(): Promise<void>;
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
  /** Whether the splits have sources in place of images. */
  streamed?: boolean;
  classNames?: string[];
}

/** Told what a data set that takes a while is at. */
export interface LoadWatcher {
  /** Now and then: how many image files were decoded, where they are imported. */
  decoded(done: number, total: number): void;
  /** Once, where another process or run decodes the same images, and that is waited for. */
  waits(folder: string): void;
}

/**
 * A kind of data set that a study can name. Both functions reject bad files with a CascadeError that names the file
 * (BAD_DATA_FILE), and more images asked for than there are with INVALID_STUDY.
 */
export interface DatasetKindWith<Options> extends Component {
  load(options: Options, watch?: LoadWatcher): Promise<Dataset>;
  /** Reads headers and sizes of files only: what is wrong within their data, `load` alone finds. */
  outline(options: Options): Promise<DatasetOutline>;
  /** The file or folder that the options name; missing in a set that comes with the program, whose content never changes. */
  location?(options: Options): string;
  /** Paths of all files that decide the content; there wherever `location` is. Rejects with BAD_DATA_FILE where they cannot be found. */
  files?(options: Options): Promise<string[]>;
  /** The hash that `load` gives, for less than loading; missing where nothing is less. */
  hash?(options: Options, watch?: LoadWatcher): Promise<string>;
}

export type DatasetKind = DatasetKindWith<never>;

/** A kind of data set with its options typed by their schema. */
export function defineDataset<S extends z.ZodObject>(
  definition: Definition<S, DatasetKindWith<z.infer<S>>>,
): DatasetKind {
  return definition;
}
