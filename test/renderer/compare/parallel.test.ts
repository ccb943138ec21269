import { expect, test } from 'vitest';
import { MEASURE_FIELDS } from '../../../common/fields/measures.ts';
import { parallelAxes } from '../../../renderer/compare/parallel.ts';
import { sourcesOf } from '../../common/fields/sources.ts';

const { sources, catalogue } = sourcesOf([
  { criterion: 'random', sparsity: 0.9, weightDecay: 1e-5, testAccuracy: 0.8 },
  { criterion: 'random', sparsity: 0.9, weightDecay: 1e-5, testAccuracy: 0.9, seed: 1 },
  { criterion: 'magnitude', sparsity: 0.5, weightDecay: 1e-3, testAccuracy: 0.95 },
  { testAccuracy: 0.75, weightDecay: 1e-4, state: 'running' as const },
]);
const groups = [{ sources: sources.slice(0, 2) }, { sources: [sources[2]!] }, { sources: [sources[3]!] }];
const accuracy = MEASURE_FIELDS.filter(({ id }) => id === 'testAccuracy');
const axes = parallelAxes(groups, catalogue.fields, accuracy, '1e-4');
const axis = (title: string) => axes.find((each) => each.title === title)!;

test('axes are the settings that differ, then the measures', () => {
  const titles = axes.map(({ title }) => title);
  expect(titles).toEqual(
    expect.arrayContaining(['optimizer.weightDecay', 'criterion', 'sparsity', 'Accuracy']),
  );
  expect(titles.at(-1)).toBe('Accuracy');
  expect(titles).not.toContain('batchSize');
});

test('numbers over orders of magnitude are laid out by logarithms, words by the alphabet', () => {
  expect(axis('optimizer.weightDecay').places.map((place) => place!.toFixed(6))).toEqual([
    '0.000000',
    '1.000000',
    '0.500000',
  ]);
  expect(axis('criterion').places).toEqual([1, 0, null]);
  expect(axis('sparsity').places).toEqual([1, 0, null]);
});

test('a measure is the mean of finished runs alone', () => {
  const { places, texts } = axis('Accuracy');
  expect(places[0]).toBeCloseTo(0, 12);
  expect(places[1]).toBe(1);
  expect(places[2]).toBeNull();
  expect(texts).toEqual(['85.00%', '95.00%', '–']);
});
