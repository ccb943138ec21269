import { describe, expect, test } from 'vitest';
import type { Dataset, Split } from '../../../../../main/trainer/data/dataset.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

const load = (options: Record<string, unknown> = {}): Promise<Dataset> =>
  datasets.open({ name: 'synthetic', train: 400, test: 200, ...options }).load();

/** Share of test images whose nearest mean image of a class is their own's. */
function nearestMean({ train, test, classes, imageShape }: Dataset): number {
  const size = imageShape.reduce((product, length) => product * length, 1);
  const means = Array.from({ length: classes }, () => new Float64Array(size));
  const image = ({ images }: Split, index: number): Uint8Array =>
    images.subarray(index * size, (index + 1) * size);
  for (let index = 0; index < train.count; index++)
    image(train, index).forEach((byte, place) => {
      means[train.labels[index]!]![place]! += byte / (train.count / classes);
    });
  let right = 0;
  for (let index = 0; index < test.count; index++) {
    const distances = means.map((mean) =>
      image(test, index).reduce((sum, byte, place) => sum + (byte - mean[place]!) ** 2, 0),
    );
    if (distances.indexOf(Math.min(...distances)) === test.labels[index]) right += 1;
  }
  return right / test.count;
}

describe('synthetic images', () => {
  test('are the same bytes for the same options, on every machine', async () => {
    const set = await load({ height: 6, width: 7, channels: 2, classes: 3, validation: 20 });
    expect(set.hash).toBe('728e6ac42530ecef8b8c0b3f4a027da72b21dc81d97c671e51b7ae274f2801c1');
    expect(set).toMatchObject({ imageShape: [6, 7, 2], classes: 3 });
    expect([set.train.count, set.validation!.count, set.test.count]).toEqual([400, 20, 200]);
    const other = await load({ height: 6, width: 7, channels: 2, classes: 3, validation: 20, seed: 1 });
    expect(other.hash).not.toBe(set.hash);
  });

  test('are the same however many are drawn, and differ between splits', async () => {
    const [few, many] = [await load({ train: 10, validation: 10, test: 10 }), await load()];
    expect(few.train.images).toEqual(many.train.images.subarray(0, few.train.images.length));
    const images = [few.train, few.validation!, few.test].map((split) =>
      Buffer.from(split.images).toString('hex'),
    );
    expect(new Set(images).size).toBe(3);
  });

  test('have every class equally often', async () => {
    const { train } = await load();
    const counts = new Array<number>(10).fill(0);
    for (const label of train.labels) counts[label]! += 1;
    expect(counts).toEqual(new Array(10).fill(40));
  });

  test('can be learnt, and are harder the more noise, likeness and shift there is', async () => {
    const size = { height: 8, width: 8, channels: 1 };
    const [easy, hard] = [
      await load({ ...size, noise: 0.2, similarity: 0, shift: 0 }),
      await load({ ...size, noise: 1, similarity: 0.6, shift: 1 }),
    ];
    expect(nearestMean(easy)).toBeGreaterThan(0.99);
    expect(nearestMean(hard)).toBeGreaterThan(0.12);
    expect(nearestMean(hard)).toBeLessThan(0.5);
  });

  test('without noise and shift are their class’s pattern, smooth and within bytes', async () => {
    const { train } = await load({ noise: 0, shift: 0, classes: 2, train: 4, channels: 1 });
    expect(train.images.slice(0, 1024)).toEqual(train.images.slice(2048, 3072));
    const image = train.images.subarray(0, 1024);
    for (let row = 0; row < 32; row++)
      for (let column = 0; column < 32; column++) {
        const right = image[row * 32 + ((column + 1) % 32)]!;
        expect(Math.abs(image[row * 32 + column]! - right)).toBeLessThan(40);
      }
  });

  test('are outlined', async () => {
    expect(await datasets.open({ name: 'synthetic', validation: 7 }).outline()).toEqual({
      imageShape: [32, 32, 3],
      classes: 10,
      train: 10_000,
      validation: 7,
      test: 2_000,
      bytes: 12_007 * 3076,
    });
  });
});
