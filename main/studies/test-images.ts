import { encodeImages } from '../../common/codec/image-frames.ts';
import { CascadeError } from '../../common/errors.ts';
import type { NamedOptions } from '../../common/run-specification.ts';
import { datasets } from '../trainer/data/registry.ts';
import type { Dataset } from '../trainer/data/dataset.ts';

/** The data set that was asked for last: a person looks at many images of one. */
let kept: { key: string; dataset: Dataset } | null = null;

/**
 * Some images of a test split, as an image frame.
 *
 * @param hash of the content that the run was trained on; null where it is not known
 * @throws CascadeError DATA_CHANGED where the files hold other images now, NOT_FOUND for a place beyond the split, and those of loading
 */
export async function testImages(
  options: NamedOptions,
  hash: string | null,
  images: readonly number[],
): Promise<Uint8Array<ArrayBuffer>> {
  const dataset = await load(options);
  if (hash !== null && dataset.hash !== hash)
    throw new CascadeError(
      'DATA_CHANGED',
      'The files of the data set hold other images than the run was trained on: put those back to see them.',
    );
  const { test, imageShape } = dataset;
  const beyond = images.find((image) => image >= test.count);
  if (beyond !== undefined)
    throw new CascadeError(
      'NOT_FOUND',
      `The test split has ${test.count} images: there is no image ${beyond}.`,
    );
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const pixels = new Uint8Array(images.length * size);
  if (test.source) {
    test.source.announce([Int32Array.from(images)]);
    pixels.set(test.source.next());
  } else
    images.forEach((image, index) =>
      pixels.set(test.images.subarray(image * size, (image + 1) * size), index * size),
    );
  return encodeImages({ shape: imageShape, images: [...images], pixels });
}

async function load(options: NamedOptions): Promise<Dataset> {
  const key = JSON.stringify(options);
  if (kept?.key === key) return kept.dataset;
  const before = kept;
  kept = null;
  await before?.dataset.close?.();
  const dataset = await datasets.open(options).load();
  // Only the test split is looked at.
  kept = {
    key,
    dataset: { ...dataset, train: { ...dataset.train, images: new Uint8Array() }, validation: null },
  };
  return dataset;
}
