import * as z from 'zod';
import { defineDataset } from '../dataset.ts';
import { badFile } from '../formats/files.ts';
import { NpzArrays, type NpzImages } from '../formats/npz.ts';
import { splitOptions } from '../split-options.ts';
import { datasetOf, outlineOf } from '../splits.ts';

const arrayName = (default_: string, what: string) =>
  z.string().min(1).default(default_).describe(`Name of the array with the ${what}.`);

const options = z
  .strictObject({
    name: z.literal('npz'),
    file: z
      .string()
      .min(1)
      .describe('NumPy .npz file with images (uint8, channels last) and labels (integers).'),
    trainImages: arrayName('train_images', 'training images'),
    trainLabels: arrayName('train_labels', 'training labels'),
    testImages: arrayName('test_images', 'test images'),
    testLabels: arrayName('test_labels', 'test labels'),
    validationImages: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'Name of an array with validation images; by default they are held out from the training images.',
      ),
    validationLabels: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Name of the array with their labels.'),
    classes: z
      .int()
      .min(2)
      .max(100_000)
      .nullable()
      .default(null)
      .describe('Number of classes; default: as many as the labels need.'),
    ...splitOptions,
  })
  .refine(
    ({ validationImages, validationLabels }) => (validationImages === null) === (validationLabels === null),
    {
      path: ['validationLabels'],
      message: 'must be given where validationImages is, and only there',
    },
  );

type Options = z.infer<typeof options>;

/** Arrays of one's own, or of collections such as MedMNIST. */
export const npz = defineDataset({
  name: 'npz',
  title: 'NumPy arrays (.npz) of one’s own',
  options,
  load: async (chosen) => {
    return NpzArrays.with(chosen.file, async (arrays) => {
      const { labels, classes, training, test, validation } = await describe(arrays, chosen);
      const { images } = await arrays.readImages(chosen.trainImages);
      const testing = (await arrays.readImages(chosen.testImages)).images;
      const held =
        validation && labels.validation && chosen.validationImages !== null
          ? {
              images: (await arrays.readImages(chosen.validationImages)).images,
              labels: labels.validation,
              count: validation.count,
            }
          : chosen.validation;
      return datasetOf({
        name: 'npz',
        imageShape: training.imageShape,
        classes,
        training: { images, labels: labels.train, count: training.count },
        test: { images: testing, labels: labels.test, count: test.count },
        validation: held,
        train: chosen.train,
      });
    });
  },
  outline: async (chosen) => {
    return NpzArrays.with(chosen.file, async (arrays) => {
      const { classes, training, test, validation } = await describe(arrays, chosen);
      return outlineOf(
        { imageShape: training.imageShape, classes, test: test.count },
        training.count,
        validation ? { count: validation.count } : chosen.validation,
        chosen.train,
      );
    });
  },
  location: ({ file }) => file,
  files: async ({ file }) => [file],
});

interface Described {
  training: NpzImages;
  test: NpzImages;
  validation: NpzImages | null;
  labels: { train: Int32Array; test: Int32Array; validation: Int32Array | null };
  classes: number;
}

/** Everything but the pixels, compared with one another. */
async function describe(arrays: NpzArrays, chosen: Options): Promise<Described> {
  const { file, trainImages, testImages, validationImages, validationLabels } = chosen;
  const training = await arrays.outlineImages(trainImages);
  const test = await arrays.outlineImages(testImages);
  const validation = validationImages === null ? null : await arrays.outlineImages(validationImages);
  const labels = {
    train: await arrays.readLabels(chosen.trainLabels, { name: trainImages, count: training.count }),
    test: await arrays.readLabels(chosen.testLabels, { name: testImages, count: test.count }),
    validation:
      validation && validationImages !== null && validationLabels !== null
        ? await arrays.readLabels(validationLabels, { name: validationImages, count: validation.count })
        : null,
  };
  for (const [name, { imageShape }] of [
    [testImages, test],
    [validationImages, validation ?? training],
  ] as const)
    if (imageShape.join() !== training.imageShape.join())
      throw badFile(
        file,
        `its ${trainImages} are ${training.imageShape.join(' × ')}, but its ${name} are ${imageShape.join(' × ')}.`,
      );
  const lists = [labels.train, labels.test, ...(labels.validation ? [labels.validation] : [])];
  const largest = lists.reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), 0);
  const classes = chosen.classes ?? Math.max(largest + 1, 2);
  if (largest >= classes)
    throw badFile(
      file,
      `has the label ${largest}, but there are only ${classes} classes (0 to ${classes - 1}).`,
    );
  if (classes > 100_000)
    throw badFile(file, `has the label ${largest}: more than 100000 classes are not read.`);
  return { training, test, validation, labels, classes };
}
