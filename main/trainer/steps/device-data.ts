import type { Split } from '../data/dataset.ts';
import type { Engine, Handle } from '../tensorflow/engine.ts';

/** One split of a data set in device memory, as bytes; a batch is a gather by index inside the step. */
export interface DeviceSplit {
  images: Handle;
  labels: Handle;
  count: number;
}

export function uploadSplit(engine: Engine, split: Split, imageShape: readonly number[]): DeviceSplit {
  return {
    images: engine.upload(split.images, [split.count, ...imageShape], 'uint8'),
    labels: engine.upload(split.labels, [split.count], 'int32'),
    count: split.count,
  };
}
