import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors, float32Of, type SafetensorsFile } from '../../main/codec/safetensors.ts';
import { generator, uniforms } from '../../main/trainer/random.ts';
import { openEngine, type Engine } from '../../main/trainer/tensorflow/engine.ts';
import { cropOf, type CropDraws } from '../main/trainer/augmentation/crops.ts';
import { augmented, drawPictures, givenDraws, type Shape } from '../main/trainer/augmentation/pictures.ts';

/**
 * Random resized crops against PyTorch: the crop is chosen as torchvision does, from the same draws, and resized by
 * torch.nn.functional.interpolate(mode='bilinear', antialias=True). A golden file stands in where CASCADE_PYTHON is absent;
 * CASCADE_PARITY_GOLDEN=write makes it anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden', 'training-augmentation.safetensors');

const COUNT = 10;
const ATTEMPTS = 10;

interface CropCase {
  name: string;
  shape: Shape;
  size: number | null;
  scale: readonly [number, number];
  ratio: readonly [number, number];
}

const cases: readonly CropCase[] = [
  { name: 'as by default', shape: [9, 8, 3], size: null, scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
  { name: 'smaller', shape: [9, 8, 3], size: 5, scale: [0.5, 1], ratio: [3 / 4, 4 / 3] },
  { name: 'enlarged', shape: [8, 8, 1], size: 8, scale: [0.02, 0.2], ratio: [1 / 2, 2] },
  { name: 'often not fitting', shape: [8, 8, 1], size: 6, scale: [0.7, 1], ratio: [1 / 2, 2] },
  { name: 'never fitting, wide', shape: [4, 16, 1], size: 3, scale: [1, 1], ratio: [0.9, 1.1] },
  { name: 'never fitting, tall', shape: [16, 5, 1], size: 4, scale: [0.99, 1], ratio: [0.9, 1.1] },
];

let engine: Engine;
let theirs: SafetensorsFile;

beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64' });
  theirs = reference();
});
afterAll(() => engine?.dispose());

/** One list for each of the four that the augmentation asks for, image by image. */
function drawsOf(index: number): { lists: number[][]; ofImage: (image: number) => CropDraws } {
  const list = (length: number, stream: number): number[] => [
    ...uniforms(length, generator(2, 'crops', index, stream)),
  ];
  const lists = [list(COUNT * ATTEMPTS, 0), list(COUNT * ATTEMPTS, 1), list(COUNT, 2), list(COUNT, 3)];
  const [areas, ratios, tops, lefts] = lists as [number[], number[], number[], number[]];
  return {
    lists,
    ofImage: (image) => ({
      areas: areas.slice(image * ATTEMPTS, (image + 1) * ATTEMPTS),
      ratios: ratios.slice(image * ATTEMPTS, (image + 1) * ATTEMPTS),
      top: tops[image]!,
      left: lefts[image]!,
    }),
  };
}

function cropsOf({ shape, scale, ratio }: CropCase, index: number) {
  const { ofImage } = drawsOf(index);
  return Array.from({ length: COUNT }, (_, image) =>
    cropOf([shape[0], shape[1]], scale, ratio, ofImage(image)),
  );
}

function reference(): SafetensorsFile {
  if (!python) return decodeSafetensors(readFileSync(golden));
  const folder = mkdtempSync(join(tmpdir(), 'cascade-crops-'));
  try {
    const asked = cases.map((found, index) => ({
      name: found.name,
      shape: found.shape,
      result: [found.size ?? found.shape[0], found.size ?? found.shape[1]],
      pixels: [...drawPictures(COUNT, found.shape).pixels],
      crops: cropsOf(found, index),
    }));
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(asked));
    execFileSync(python, [join(import.meta.dirname, 'training_augmentation_reference.py'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const result = join(folder, 'result.safetensors');
    if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(result, golden);
    return decodeSafetensors(readFileSync(result));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.each(cases.map((found, index) => ({ ...found, index })))('random resized crops, $name', (found) => {
  test.each([false, true])('rotated: %o', (rotated) => {
    const { shape, size, scale, ratio, index } = found;
    const { lists } = drawsOf(index);
    const options = { name: 'random-resized-crop', size, scale: [...scale], ratio: [...ratio] };
    const result = augmented(engine, [options], drawPictures(COUNT, shape), () => givenDraws(engine, lists), {
      rotated,
    });
    expect(result.shape).toEqual([size ?? shape[0], size ?? shape[1], shape[2]]);
    const wanted = float32Of(theirs.tensors.get(found.name)!);
    expect(result.pixels).toHaveLength(wanted.length);
    result.pixels.forEach((pixel, place) =>
      expect(Math.abs(pixel - wanted[place]!), `pixel ${place}`).toBeLessThan(1e-4),
    );
  });
});

test('the crops are of every sort: taken at once, after attempts that did not fit, and central', () => {
  const attempts = cases.flatMap((found, index) => cropsOf(found, index).map(({ attempt }) => attempt));
  expect(attempts.filter((attempt) => attempt === 0).length).toBeGreaterThan(5);
  expect(attempts.filter((attempt) => attempt > 0 && attempt < ATTEMPTS).length).toBeGreaterThan(2);
  expect(attempts.filter((attempt) => attempt === ATTEMPTS).length).toBe(2 * COUNT);
});
