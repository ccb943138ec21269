import { expect, test } from 'vitest';
import type { Predictions } from '../../../common/records.ts';
import { changedClasses, changedImages } from '../../../common/groups/answers.ts';

const answers = (predicted: number[], margins: number[]): Predictions => ({
  labels: Uint16Array.of(0, 1, 2, 1),
  predicted: Uint16Array.from(predicted),
  margins: Float32Array.from(margins),
});
const PAIRS = [
  { seed: 0, before: answers([0, 1, 2, 0], [3, 2, 1, -1]), after: answers([0, 2, 1, 1], [3, -2, -1, 1]) },
  { seed: 1, before: answers([0, 1, 1, 0], [3, 2, -1, -1]), after: answers([0, 2, 2, 0], [3, -4, 1, -1]) },
];

test('images whose answer was lost, those of most seeds first', () => {
  expect(changedImages(PAIRS)).toEqual([
    { image: 1, label: 1, lost: 2, won: 0, changed: 2, was: 1, became: 2, marginBefore: 2, marginAfter: -3 },
    // Lost in one seed, won in the other.
    { image: 2, label: 2, lost: 1, won: 1, changed: 2, was: 2, became: 1, marginBefore: 0, marginAfter: 0 },
  ]);
  expect(changedImages([])).toEqual([]);
});

test('images that were won, and all whose answer changed', () => {
  expect(changedImages(PAIRS, 'won').map(({ image, won, was, became }) => [image, won, was, became])).toEqual(
    [
      [3, 1, 0, 1],
      [2, 1, 1, 2],
    ],
  );
  expect(changedImages(PAIRS, 'changed').map(({ image, changed }) => [image, changed])).toEqual([
    [1, 2],
    [2, 2],
    [3, 1],
  ]);
  // From one wrong answer to another is neither lost nor won.
  const wrong = [
    { seed: 0, before: answers([1, 1, 2, 1], [-1, 1, 1, 1]), after: answers([2, 1, 2, 1], [-1, 1, 1, 1]) },
  ];
  expect(changedImages(wrong)).toEqual([]);
  expect(changedImages(wrong, 'won')).toEqual([]);
  expect(changedImages(wrong, 'changed')).toMatchObject([
    { image: 0, changed: 1, lost: 0, won: 0, was: 1, became: 2 },
  ]);
});

test('classes, those that lost most first', () => {
  // Class 1 has two images in each of two seeds: of four answers two were lost, and one was won.
  expect(changedClasses(PAIRS)).toEqual([
    { label: 1, images: 2, lost: 0.5, won: 0.25 },
    { label: 0, images: 1, lost: 0, won: 0 },
    { label: 2, images: 1, lost: 0.5, won: 0.5 },
  ]);
});
