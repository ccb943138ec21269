import { expect, test } from 'vitest';
import {
  answeredMoments,
  answersAt,
  epochAt,
  readEpochs,
  readWhen,
  spreadEpochs,
  whenTitle,
  type WhenKnown,
} from '../../../common/groups/moments.ts';

const known = (changes: Partial<WhenKnown> = {}): WhenKnown => ({
  summary: { epochsDone: 9 },
  pruningEpochs: [2, 5],
  predictions: [
    { epoch: 2, moment: 'before-pruning' },
    { epoch: 2, moment: 'epoch' },
    { epoch: 5, moment: 'before-pruning' },
    { epoch: 5, moment: 'epoch' },
    { epoch: 9, moment: 'epoch' },
  ],
  specification: { referenceEpoch: 2 },
  ...changes,
});
const control = known({ pruningEpochs: [], predictions: [{ epoch: 9, moment: 'epoch' }] });

test('a moment is an epoch whose weights stand for it', () => {
  expect(epochAt('last', known())).toBe(9);
  expect(epochAt('pruned', known())).toBe(2);
  expect(epochAt('last-pruned', known())).toBe(5);
  expect(epochAt('before', known())).toBe(1);
  expect(epochAt('before-5', known())).toBe(4);
  expect(epochAt(7, known())).toBe(7);
  expect(epochAt(10, known())).toBeNull();
  // A run that ended before its second pruning.
  const short = known({ summary: { epochsDone: 4 } });
  expect(epochAt('last-pruned', short)).toBe(2);
  expect(epochAt('pruned', known({ summary: { epochsDone: 1 } }))).toBeNull();
});

test('a run that prunes nothing is looked at where the one that it controls prunes', () => {
  expect(epochAt('pruned', control)).toBe(2);
  expect(epochAt('before', control)).toBe(1);
  expect(epochAt('pruned', { ...control, specification: { referenceEpoch: 0 } })).toBeNull();
});

test('answers are stored at some moments alone', () => {
  expect(answersAt('last', known())).toEqual({ epoch: 9, moment: 'epoch' });
  expect(answersAt('before', known())).toEqual({ epoch: 2, moment: 'before-pruning' });
  expect(answersAt('pruned', known())).toEqual({ epoch: 2, moment: 'epoch' });
  expect(answersAt('before-5', known())).toEqual({ epoch: 5, moment: 'before-pruning' });
  expect(answersAt('last-pruned', known())).toEqual({ epoch: 5, moment: 'epoch' });
  expect(answersAt(5, known())).toEqual({ epoch: 5, moment: 'epoch' });
  expect(answersAt(4, known())).toBeNull();
  expect(answersAt('last', control)).toEqual({ epoch: 9, moment: 'epoch' });
  expect(answersAt('pruned', control)).toBeNull();
  expect(answersAt('before', control)).toBeNull();
  expect(answeredMoments([known(), control])).toEqual(['before-2', 2, 'before-5', 5, 9]);
});

test('moments stand in settings as words', () => {
  for (const when of ['last', 'pruned', 'last-pruned', 'before', 'before-5', 12] as const)
    expect(readWhen(String(when), 'last')).toBe(when);
  for (const none of [undefined, '', 'x', '-1', '1.5', 'before-', '99999999999'])
    expect(readWhen(none, 'last')).toBe('last');
  expect(whenTitle('before-5')).toBe('before the pruning of epoch 5');
  expect(whenTitle(12)).toBe('after epoch 12');
});

test('epochs are written as numbers and ranges', () => {
  expect(readEpochs('0, 4, 10-20/5, 4', 30)).toEqual([0, 4, 10, 15, 20]);
  expect(readEpochs('3-99', 5)).toEqual([3, 4, 5]);
  expect(readEpochs('7', 5)).toEqual([]);
  for (const none of ['x', '', '1,,2', '1-', '1-2/0', '1.5']) expect(readEpochs(none, 9)).toBeNull();
  // A range without an end costs no more than the run has epochs.
  expect(readEpochs('0-9999999', 3)).toEqual([0, 1, 2, 3]);
});

test('epochs that nobody chose are spread evenly, with the ends and the first pruning', () => {
  expect(spreadEpochs(5, [2], 20)).toEqual([0, 1, 2, 3, 4, 5]);
  const many = spreadEpochs(1000, [123, 500], 20);
  expect(many.length).toBeLessThanOrEqual(20);
  expect(many.length).toBeGreaterThan(15);
  expect(many).toEqual(expect.arrayContaining([0, 122, 123, 1000]));
  expect(spreadEpochs(0, [], 20)).toEqual([0]);
});
