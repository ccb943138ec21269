import * as z from 'zod';
import { defineDataset } from '../dataset.ts';
import { readsIdxFolder, type IdxFolder } from '../formats/idx-folder.ts';
import type { LabelRange } from '../formats/idx.ts';
import { splitOptions } from '../split-options.ts';

const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Those whose capital looks different; the others are merged with theirs. */
const MERGED = `${DIGITS}${CAPITALS}abdefghnqrt`;

const VARIANTS = {
  balanced: MERGED,
  bymerge: MERGED,
  byclass: `${DIGITS}${CAPITALS}${CAPITALS.toLowerCase()}`,
  letters: CAPITALS,
  digits: DIGITS,
  mnist: DIGITS,
} as const;

const options = z.strictObject({
  name: z.literal('emnist'),
  folder: z
    .string()
    .min(1)
    .describe(
      'Folder that holds files such as emnist-balanced-train-images-idx3-ubyte, gzipped (.gz) or not.',
    ),
  variant: z
    .enum(['balanced', 'bymerge', 'byclass', 'letters', 'digits', 'mnist'])
    .default('balanced')
    .describe('Which of the six data sets: 47, 47, 62, 26, 10 or 10 classes.'),
  transpose: z
    .boolean()
    .default(true)
    .describe(
      'Whether to turn the images upright: the published files hold them with rows and columns exchanged.',
    ),
  ...splitOptions,
});

function filesOf(given: z.infer<typeof options>): IdxFolder {
  const { variant, ...rest } = given;
  const classNames = [...VARIANTS[variant]];
  // The letters alone are counted from 1.
  const labels: LabelRange = { first: variant === 'letters' ? 1 : 0, classes: classNames.length };
  return {
    ...rest,
    labels,
    classNames,
    files: {
      trainImages: `emnist-${variant}-train-images-idx3-ubyte`,
      trainLabels: `emnist-${variant}-train-labels-idx1-ubyte`,
      testImages: `emnist-${variant}-test-images-idx3-ubyte`,
      testLabels: `emnist-${variant}-test-labels-idx1-ubyte`,
    },
  };
}

/** EMNIST (Cohen, Afshar, Tapson, van Schaik, arXiv 1702.05373): handwritten letters and digits, 28 × 28. */
export const emnist = defineDataset({
  name: 'emnist',
  title: 'EMNIST: handwritten letters and digits',
  source: 'Cohen, Afshar, Tapson & van Schaik, arXiv 1702.05373',
  options,
  ...readsIdxFolder(filesOf),
});
