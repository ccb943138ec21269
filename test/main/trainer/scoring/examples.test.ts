import { expect, test } from 'vitest';
import { generator } from '../../../../main/trainer/random.ts';
import { drawExamples } from '../../../../main/trainer/scoring/examples.ts';

const LABELS = Int32Array.from({ length: 500 }, (_, index) => (index % 10 === 9 ? 3 : index % 3));
const random = (counter = 0) => generator(1, 'scoring examples', counter);
const flat = (batches: Int32Array[]): number[] => batches.flatMap((batch) => [...batch]);

test('as many examples as asked, each once, in batches of which only the last is smaller', () => {
  const batches = drawExamples(LABELS, { count: { total: 130 }, batchSize: 50 }, random());
  expect(batches.map(({ length }) => length)).toEqual([50, 50, 30]);
  const drawn = flat(batches);
  expect(new Set(drawn).size).toBe(130);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(500);
});

test('the same draw for the same counters alone', () => {
  const draw = (counter: number): number[] =>
    flat(drawExamples(LABELS, { count: { total: 40 }, batchSize: 64 }, random(counter)));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('all there are where more are asked for', () => {
  const all = flat(drawExamples(LABELS, { count: { total: 10_000 }, batchSize: 128 }, random()));
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, index) => index));
});

test('so many of each class, or all of a rare one, and classes mixed within a batch', () => {
  const batches = drawExamples(LABELS, { count: { perClass: 80 }, batchSize: 40 }, random());
  const counts = [0, 0, 0, 0];
  for (const index of flat(batches)) counts[LABELS[index]!]!++;
  // Of class 3 there are only 50.
  expect(counts).toEqual([80, 80, 80, 50]);
  expect(new Set(flat(batches)).size).toBe(290);
  expect(new Set([...batches[0]!].map((index) => LABELS[index])).size).toBe(4);
});
