import { expect, test } from 'vitest';
import { decodeImages } from '../../../common/codec/image-frames.ts';
import { testImages } from '../../../main/studies/test-images.ts';
import { datasets } from '../../../main/trainer/data/registry.ts';

const OPTIONS = { name: 'mnist', validation: 100, train: 200 };

test('images of the test split, as they lie in the files', async () => {
  const { test: split, imageShape, hash } = await datasets.open(OPTIONS).load();
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const told = decodeImages(await testImages(OPTIONS, hash, [7, 0, 9_999]));
  expect(told.shape).toEqual([28, 28, 1]);
  expect(told.images).toEqual([7, 0, 9_999]);
  [7, 0, 9_999].forEach((image, index) =>
    expect(Buffer.from(told.pixels.subarray(index * size, (index + 1) * size))).toEqual(
      Buffer.from(split.images.subarray(image * size, (image + 1) * size)),
    ),
  );
});

test('other data, and images that there are not, are refused in words', async () => {
  await expect(testImages(OPTIONS, 'another', [0])).rejects.toMatchObject({ code: 'DATA_CHANGED' });
  await expect(testImages(OPTIONS, null, [10_000])).rejects.toThrow(
    'has 10000 images: there is no image 10000',
  );
});
