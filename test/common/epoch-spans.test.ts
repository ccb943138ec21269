import fc from 'fast-check';
import { expect, it } from 'vitest';
import { epochSpans, epochSpansText, epochsIn, hasEpoch } from '../../common/epoch-spans.ts';

it('hold the epochs that they were made of, and no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (found) => {
      const epochs = found.sort((one, other) => one - other);
      const spans = epochSpans(epochs);
      expect(epochsIn(spans)).toEqual(epochs);
      for (let epoch = 0; epoch <= 61; epoch++) expect(hasEpoch(spans, epoch)).toBe(epochs.includes(epoch));
    }),
  );
});

it('are as many as the regular stretches, however long these are', () => {
  const every = (count: number, step: number): number[] =>
    Array.from({ length: count }, (_, index) => index * step);
  expect(epochSpans(every(100_000, 10))).toEqual([{ from: 0, to: 999_990, every: 10 }]);
  expect(epochSpansText(epochSpans([...every(100, 1), 200, 300, 305]))).toBe('0 to 99, 200, 300, 305');
  expect(epochSpansText(epochSpans(every(4, 10)))).toBe('0 to 30 by 10');
  expect(epochSpansText(epochSpans([7]))).toBe('7');
  expect(epochSpansText([])).toBe('');
});
