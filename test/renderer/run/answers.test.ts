import { describe, expect, it } from 'vitest';
import { classRows, comparableEpoch, lostAnswers, wonAnswers } from '../../../renderer/run/answers.ts';
import { times } from '../../../renderer/format/numbers.ts';

describe('classes', () => {
  it('are compared at the last epoch that both runs have', () => {
    expect(comparableEpoch(3, 2, 2)).toBe(1);
    expect(comparableEpoch(3, 2, 0)).toBe(0);
    expect(comparableEpoch(2, 3, 2)).toBe(1);
    // A control that has not begun is none yet.
    expect(comparableEpoch(3, 0, 2)).toBe(2);
    expect(comparableEpoch(0, 3, 2)).toBeNull();
  });

  it('stand in the order of what they lost against the control', () => {
    const examples = [10, 20, 0];
    const run = { epoch: 2, examples, correct: [4, 19, 0] };
    expect(classRows(run, { epoch: 2, examples, correct: [5, 18, 0] }, ['cat', 'dog', 'none'])).toEqual([
      { index: 0, name: 'cat', examples: 10, accuracy: 0.4, control: 0.5, change: 0.4 - 0.5 },
      { index: 2, name: 'none', examples: 0, accuracy: null, control: null, change: null },
      { index: 1, name: 'dog', examples: 20, accuracy: 0.95, control: 0.9, change: 0.95 - 0.9 },
    ]);
    expect(classRows(run, null, null).map(({ name, change }) => [name, change])).toEqual([
      ['0', null],
      ['1', null],
      ['2', null],
    ]);
  });
});

describe('answers', () => {
  const before = {
    labels: Uint16Array.of(0, 1, 2, 0, 1),
    predicted: Uint16Array.of(0, 1, 2, 1, 0),
    margins: Float32Array.of(1, 2, 3, -1, -2),
  };
  const after = {
    labels: before.labels,
    predicted: Uint16Array.of(2, 1, 0, 0, 2),
    margins: Float32Array.of(-0.5, 0.5, -2, 1, -3),
  };

  it('that were lost come with their margins, the largest fall first', () => {
    expect(lostAnswers(before, after)).toEqual([
      { image: 2, label: 2, answer: 0, marginBefore: 3, marginAfter: -2 },
      { image: 0, label: 0, answer: 2, marginBefore: 1, marginAfter: -0.5 },
    ]);
    expect(lostAnswers(before, before)).toEqual([]);
  });

  it('that were won are counted', () => {
    expect(wonAnswers(before, after)).toBe(1);
    expect(wonAnswers(after, before)).toBe(2);
  });
});

it('ratios are told with two decimals, large ones without', () => {
  expect([1, 3.4159, 99.999, 123.4, 12345].map(times)).toEqual([
    '1.00×',
    '3.42×',
    '100.00×',
    '123×',
    '12\u2009345×',
  ]);
  expect([null, undefined, Infinity].map(times)).toEqual(['–', '–', '–']);
});
