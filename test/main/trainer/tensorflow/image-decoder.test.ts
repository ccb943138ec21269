import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { windowOf } from '../../../../main/trainer/data/streams/fit.ts';
import { readImageHeader } from '../../../../main/trainer/data/streams/image-header.ts';
import { NpzArrays } from '../../../../main/trainer/data/formats/npz.ts';
import { ImageDecoder } from '../../../../main/trainer/tensorflow/image-decoder.ts';
import { noise, pngFile } from '../data/bytes.ts';

const golden = join(import.meta.dirname, '../data/golden');
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(golden, name)));

let decoder: ImageDecoder;
beforeAll(() => {
  decoder = new ImageDecoder();
});
afterAll(() => decoder.dispose());

function decode(file: Uint8Array, size: number, resize: number, channels: 1 | 3 = 3): Uint8ClampedArray {
  const header = readImageHeader(file, (what) => new Error(what));
  const { height, width } = header;
  return decoder.decode(file, header, channels, windowOf(height, width, { size, resize, channels }));
}

describe('images are decoded, resized and cropped as torchvision does it with Pillow', () => {
  const fits = { smaller: [16, 20], larger: [51, 60], same: [45, 45], odd: [21, 32] } as const;
  const cases = ['colour.jpg', 'colour.png', 'grey.jpg'].flatMap((name) =>
    Object.entries(fits).map(([fit, sizes]) => [name, fit, sizes] as const),
  );

  test.each(cases)('%s, %s', async (name, fit, [size, resize]) => {
    const pixels = decode(read(name), size, resize);
    // npz arrays of images have a leading count: one row of pixels is one image here.
    const expected = await NpzArrays.with(join(golden, 'pillow.npz'), (arrays) =>
      arrays.readImages(`${name.replace('.', '-')}-${fit}`),
    );
    expect(pixels).toHaveLength(expected.images.length);
    // Pillow rounds to bytes between its two passes.
    const most = fit === 'same' ? 0 : 1;
    let largest = 0;
    pixels.forEach((byte, index) => (largest = Math.max(largest, Math.abs(byte - expected.images[index]!))));
    expect(largest).toBeLessThanOrEqual(most);
  });
});

describe('an image', () => {
  test('of PNG comes back byte for byte, and the same twice', () => {
    const pixels = noise(7 * 7 * 3);
    const file = new Uint8Array(pngFile(7, 7, pixels));
    expect([...decode(file, 7, 7)]).toEqual([...pixels]);
    expect(decode(file, 5, 9)).toEqual(decode(file, 5, 9));
  });

  test('has its opacity dropped, its grey tripled, and its colour weighed', () => {
    const grey = noise(9);
    const triple = [...grey].flatMap((byte) => [byte, byte, byte]);
    expect([...decode(new Uint8Array(pngFile(3, 3, grey)), 3, 3)]).toEqual(triple);
    const withOpacity = Uint8Array.from([...grey].flatMap((byte) => [byte, byte, byte, 77]));
    expect([...decode(new Uint8Array(pngFile(3, 3, withOpacity)), 3, 3)]).toEqual(triple);
    expect([...decode(new Uint8Array(pngFile(3, 3, Uint8Array.from(triple))), 3, 3, 1)]).toEqual([...grey]);
    expect(decode(read('cmyk.jpg'), 20, 30)).toHaveLength(20 * 20 * 3);
  });

  test('of inks becomes the grey of its colours', () => {
    const [colours, grey] = ([3, 1] as const).map((channels) => decode(read('cmyk.jpg'), 20, 30, channels));
    expect(grey).toHaveLength(20 * 20);
    grey!.forEach((byte, pixel) => {
      const [red, green, blue] = [0, 1, 2].map((channel) => colours![3 * pixel + channel]!);
      expect(Math.abs(byte - (0.299 * red! + 0.587 * green! + 0.114 * blue!))).toBeLessThanOrEqual(1);
    });
    // It shows what the same picture shows in red, green and blue, whose grey libjpeg knows.
    const other = decode(read('colour.jpg'), 20, 30, 1);
    const apart = grey!.reduce((sum, byte, pixel) => sum + Math.abs(byte - other[pixel]!), 0) / grey!.length;
    expect(apart).toBeLessThan(4);
  });

  test('that is cut short or damaged is refused, and nothing is held', () => {
    for (const name of ['colour.jpg', 'colour.png']) {
      const file = read(name);
      expect(() => decode(file.subarray(0, file.length - 100), 8, 8)).toThrow(/TensorFlow refused Decode/);
    }
    const damaged = read('colour.png');
    damaged[200]! ^= 0x55;
    expect(() => decode(damaged, 8, 8)).toThrow(/DecodePng/);
    expect(decode(read('colour.png'), 8, 8)).toHaveLength(8 * 8 * 3);
  });
});
