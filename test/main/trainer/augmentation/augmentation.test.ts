import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generator, uniforms } from '../../../../main/trainer/random.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { augmentations } from '../../../../main/trainer/augmentation/registry.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { augmented, drawPictures, givenDraws, picturesOf, pixelOf, type Pictures } from './pictures.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64' });
});
afterAll(() => engine?.dispose());

const COUNT = 12;
const MEAN = [90, 120.5, 10];
const pictures = drawPictures(COUNT, [8, 7, 3]);

/** Numbers in [0, 1) as the device draws them, the ends among them. */
function someDraws(length: number, stream: number): number[] {
  const drawn = [...uniforms(length, generator(9, 'draws', stream))];
  drawn[0] = 0;
  drawn[1] = 1 - 2 ** -23;
  return drawn;
}

/** What augmentations make of the pictures, upright and rotated, against pictures made pixel by pixel. */
function check(
  options: NamedOptions,
  draws: readonly (readonly number[])[],
  wanted: Pictures,
  { from = pictures, exact = true } = {},
): void {
  for (const rotated of [false, true]) {
    const found = augmented(engine, [options], from, () => givenDraws(engine, draws), {
      rotated,
      mean: MEAN.slice(0, from.shape[2]),
    });
    expect(found.shape, `rotated ${rotated}`).toEqual(wanted.shape);
    if (exact) expect(found.pixels, `rotated ${rotated}`).toEqual(wanted.pixels);
    else
      found.pixels.forEach((pixel, index) =>
        expect(Math.abs(pixel - wanted.pixels[index]!), `rotated ${rotated}, ${index}`).toBeLessThan(1e-9),
      );
  }
}

test('a horizontal flip mirrors the images whose draw is below the probability', () => {
  const coins = someDraws(COUNT, 1);
  coins[2] = 0.3;
  for (const probability of [0, 0.3, 0.5, 1]) {
    const wanted = picturesOf(COUNT, pictures.shape, (image, row, column, channel) =>
      pixelOf(pictures, image, row, coins[image]! < probability ? 6 - column : column, channel)!,
    );
    check({ name: 'horizontal-flip', probability }, [coins], wanted);
  }
});

describe('a random crop', () => {
  const [rows, columns] = [someDraws(COUNT, 2), someDraws(COUNT, 3)];
  const cropOf = (padding: number, size: number | null): Pictures => {
    const shape = [size ?? 8, size ?? 7, 3] as const;
    const place = (draw: number, side: number, window: number): number =>
      Math.floor(draw * (side + 2 * padding - window + 1)) - padding;
    return picturesOf(COUNT, shape, (image, row, column, channel) => {
      const top = place(rows[image]!, 8, shape[0]);
      const left = place(columns[image]!, 7, shape[1]);
      return pixelOf(pictures, image, top + row, left + column, channel) ?? 0;
    });
  };

  test.each([
    [4, null],
    [1, null],
    [0, 5],
    [2, 6],
    [0, null],
  ])('with a padding of %i and a size of %o', (padding, size) => {
    check({ name: 'random-crop', padding, size }, [rows, columns], cropOf(padding, size));
  });

  test('is by four pixels unless told', () => {
    check({ name: 'random-crop' }, [rows, columns], cropOf(4, null));
  });

  test('of more than the image is refused', () => {
    const shape = (size: number, image: [number, number, number]) =>
      augmentations.open({ name: 'random-crop', size }).shape(image);
    expect(shape(7, [8, 7, 3])).toEqual([7, 7, 3]);
    expect(() => shape(8, [8, 7, 3])).toThrow(expect.objectContaining({ code: 'AUGMENTATION_UNFIT' }));
  });
});

test.each([1, 2, 3, 4, 20])('cutout of %i pixels', (length) => {
  const [rows, columns] = [someDraws(COUNT, 4), someDraws(COUNT, 5)];
  const within = (place: number, draw: number, side: number): boolean => {
    const first = Math.floor(draw * side) - Math.floor(length / 2);
    return place >= first && place < first + length;
  };
  const wanted = picturesOf(COUNT, pictures.shape, (image, row, column, channel) =>
    within(row, rows[image]!, 8) && within(column, columns[image]!, 7)
      ? MEAN[channel]!
      : pixelOf(pictures, image, row, column, channel)!,
  );
  check({ name: 'cutout', length }, [rows, columns], wanted);
});

describe('colour jitter', () => {
  const draws = [someDraws(COUNT, 6), someDraws(COUNT, 7), someDraws(COUNT, 8)];
  const cut = (x: number): number => Math.min(255, Math.max(0, x));
  const factor = (strength: number, draw: number): number => {
    const lowest = Math.max(0, 1 - strength);
    return lowest + (1 + strength - lowest) * draw;
  };
  const greyAt = (from: Pictures, image: number, row: number, column: number): number => {
    const at = (channel: number): number => pixelOf(from, image, row, column, channel)!;
    return from.shape[2] === 3 ? 0.2989 * at(0) + 0.587 * at(1) + 0.114 * at(2) : at(0);
  };
  const jittered = (from: Pictures, strengths: readonly [number, number, number]): Pictures => {
    const { count, shape } = from;
    const stage = (
      before: Pictures,
      index: 0 | 1 | 2,
      other: (image: number, row: number, column: number) => number,
    ): Pictures =>
      picturesOf(count, shape, (image, row, column, channel) => {
        const pixel = pixelOf(before, image, row, column, channel)!;
        if (strengths[index] === 0) return pixel;
        const share = factor(strengths[index], draws[index]![image]!);
        return cut(share * pixel + (1 - share) * other(image, row, column));
      });
    const bright = stage(from, 0, () => 0);
    const greys = Array.from({ length: count }, (_, image) => {
      let sum = 0;
      for (let row = 0; row < shape[0]; row++)
        for (let column = 0; column < shape[1]; column++) sum += greyAt(bright, image, row, column);
      return sum / (shape[0] * shape[1]);
    });
    const contrasted = stage(bright, 1, (image) => greys[image]!);
    return stage(contrasted, 2, (image, row, column) => greyAt(contrasted, image, row, column));
  };

  test.each([
    [0.4, 0, 0],
    [0, 0.7, 0],
    [0, 0, 0.9],
    [0.4, 0.4, 0.4],
    [1.5, 2, 3],
  ])('of brightness %f, contrast %f, saturation %f', (brightness, contrast, saturation) => {
    const wanted = jittered(pictures, [brightness, contrast, saturation]);
    expect(wanted.pixels.some((pixel, index) => Math.abs(pixel - pictures.pixels[index]!) > 1)).toBe(true);
    check({ name: 'colour-jitter', brightness, contrast, saturation }, draws, wanted, { exact: false });
  });

  test('leaves the saturation of grey images alone', () => {
    const grey = drawPictures(COUNT, [8, 7, 1]);
    const strengths = { brightness: 0.4, contrast: 0.4, saturation: 0.9 };
    const wanted = jittered(grey, [0.4, 0.4, 0]);
    check({ name: 'colour-jitter', ...strengths }, draws, wanted, { from: grey, exact: false });
  });

  test('of no strength changes nothing', () => {
    check({ name: 'colour-jitter' }, draws, pictures);
  });
});
