import { expect, it } from 'vitest';
import type { EpochSummary } from '../../../common/contract/schemas.ts';
import { withEpoch } from '../../../renderer/stores/opened-run.ts';

it('takes a new epoch at the end, and one that is measured anew in its place', () => {
  const epoch = (number: number, loss: number) =>
    ({ epoch: number, testLoss: loss }) as unknown as EpochSummary;
  const epochs = [epoch(0, 1), epoch(1, 2)];
  expect(withEpoch(epochs, epoch(2, 3)).map((entry) => entry.epoch)).toEqual([0, 1, 2]);
  expect(withEpoch(epochs, epoch(1, 9)).map((entry) => entry.testLoss)).toEqual([1, 9]);
});
