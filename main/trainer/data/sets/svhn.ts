import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { sizeOf } from '../../../../common/network.ts';
import { defineDataset } from '../dataset.ts';
import { badFile, PartReader } from '../formats/files.ts';
import { listMatrices, MX_UINT8, readMatrix, type MatEntry } from '../formats/mat.ts';
import { splitOptions } from '../split-options.ts';
import { datasetOf, outlineOf, type LabelledImages } from '../splits.ts';

const SIDE = 32;
const IMAGE_BYTES = SIDE * SIDE * 3;
/** All that were published, should someone have put them in one file. */
const MOST_IMAGES = 73_257 + 26_032 + 531_131;
const CLASS_NAMES = [...'0123456789'];

const options = z.strictObject({
  name: z.literal('svhn'),
  folder: z
    .string()
    .min(1)
    .describe('Folder with train_32x32.mat and test_32x32.mat, the cropped digits (format 2).'),
  extra: z
    .boolean()
    .default(false)
    .describe('Whether to train on extra_32x32.mat too: 531,131 easier images more.'),
  ...splitOptions,
});

/** SVHN, cropped digits (Netzer et al., NIPS workshop 2011): 73,257 training and 26,032 test images, 32 × 32. */
export const svhn = defineDataset({
  name: 'svhn',
  title: 'SVHN: street view house numbers, cropped',
  source: 'Netzer et al., NIPS workshop 2011',
  options,
  load: async ({ folder, extra, validation, train }) => {
    const parts: LabelledImages[] = [];
    for (const file of trainFiles(folder, extra)) parts.push(await readDigits(file));
    return datasetOf({
      name: 'svhn',
      imageShape: [SIDE, SIDE, 3],
      classes: CLASS_NAMES.length,
      classNames: CLASS_NAMES,
      training: parts.length === 1 ? parts[0]! : joined(parts),
      test: await readDigits(fileIn(folder, 'test')),
      validation,
      train,
    });
  },
  outline: async ({ folder, extra, validation, train }) => {
    const counts = await Promise.all(
      [...trainFiles(folder, extra), fileIn(folder, 'test')].map((file) =>
        PartReader.with(file, async (reader) => (await findDigits(reader)).count),
      ),
    );
    const test = counts.pop()!;
    return outlineOf(
      { imageShape: [SIDE, SIDE, 3], classes: CLASS_NAMES.length, classNames: CLASS_NAMES, test },
      counts.reduce((sum, count) => sum + count, 0),
      validation,
      train,
    );
  },
  location: ({ folder }) => folder,
  files: async ({ folder, extra }) => {
    return [...trainFiles(folder, extra), fileIn(folder, 'test')];
  },
});

const trainFiles = (folder: string, extra: boolean): string[] =>
  (extra ? ['train', 'extra'] : ['train']).map((part) => fileIn(folder, part));

function fileIn(folder: string, part: string): string {
  const file = join(folder, `${part}_32x32.mat`);
  if (!existsSync(file)) throw badFile(file, 'is not there.');
  return file;
}

/** The matrices X [32 × 32 × 3 × count] and y [count × 1] of a file, from their headers. */
async function findDigits(reader: PartReader): Promise<{ x: MatEntry; y: MatEntry; count: number }> {
  const { file } = reader;
  const entries = await listMatrices(reader);
  const find = (name: string): MatEntry => {
    const entry = entries.find((candidate) => candidate.name === name);
    if (!entry) throw badFile(file, `holds no matrix named ${name}.`);
    if (entry.complex) throw badFile(file, `its ${name} is complex.`);
    return entry;
  };
  const [x, y] = [find('X'), find('y')];
  const shape = x.dimensions.join(' × ');
  if (x.mxClass !== MX_UINT8) throw badFile(file, 'its X does not hold unsigned bytes (MATLAB’s uint8).');
  const [height, width, channels, count] = x.dimensions;
  if (x.dimensions.length !== 4 || height !== SIDE || width !== SIDE || channels !== 3 || !(count! > 0))
    throw badFile(file, `its X is of shape ${shape}, where 32 × 32 × 3 × count is needed.`);
  if (count! > MOST_IMAGES) throw badFile(file, `says that it has ${count} images, more than all of SVHN.`);
  const labels = sizeOf(y.dimensions);
  if (labels !== count) throw badFile(file, `has ${labels} labels for ${count} images.`);
  return { x, y, count: count! };
}

async function readDigits(file: string): Promise<LabelledImages> {
  return PartReader.with(file, async (reader) => {
    const { x, y, count } = await findDigits(reader);
    const pixels = await readMatrix(reader, x);
    if (!(pixels instanceof Uint8Array)) throw badFile(file, 'its X is not stored as unsigned bytes.');
    const digits = await readMatrix(reader, y);
    const labels = Uint8Array.from(digits, (digit, index) => {
      if (!Number.isInteger(digit) || digit < 1 || digit > 10)
        throw badFile(
          file,
          `label ${index} is ${digit}, but they run from 1 to 10, which stands for the digit 0.`,
        );
      return digit % 10;
    });
    return { images: channelsLast(pixels), labels, count };
  });
}

/** Column by column, plane by plane, image by image as MATLAB has it → [count × 32 × 32 × 3]. */
function channelsLast(pixels: Uint8Array): Uint8Array {
  const images = new Uint8Array(pixels.length);
  let target = 0;
  for (let image = 0; image < pixels.length; image += IMAGE_BYTES)
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++)
        for (let channel = 0; channel < 3; channel++)
          images[target++] = pixels[image + row + SIDE * (column + SIDE * channel)]!;
  return images;
}

function joined(parts: readonly LabelledImages[]): LabelledImages {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const all = { images: new Uint8Array(count * IMAGE_BYTES), labels: new Uint8Array(count), count };
  let start = 0;
  for (const part of parts) {
    all.images.set(part.images, start * IMAGE_BYTES);
    all.labels.set(part.labels as Uint8Array, start);
    start += part.count;
  }
  return all;
}
