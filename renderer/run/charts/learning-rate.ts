import type { EpochSummary } from '../../../common/contract/schemas.ts';
import { significant } from '../../format/numbers.ts';
import { seriesOf, type Series } from '../../ui/charts/series.ts';
import type { ChartOfRun } from './chart.ts';

export const learningRate: ChartOfRun = ({ epochs, color }) => ({
  key: 'learning-rate',
  measures: ['learningRate'],
  title: 'Learning rate',
  quantity: 'learningRates',
  series: rateSeries(epochs, color),
  format: (value) => significant(value, 3),
  floor: 0,
  steps: true,
  log: 'off',
});

/** Where the rate moves within epochs, those of their first and last steps beside the mean. */
function rateSeries(epochs: readonly EpochSummary[], color: string): Series[] {
  const line = (name: string, value: (epoch: EpochSummary) => number | null, faint: boolean): Series => ({
    name,
    color,
    faint,
    points: seriesOf(epochs, (epoch) => (epoch.epoch === 0 ? null : value(epoch))),
  });
  const moves = epochs.some(
    ({ learningRate: first, learningRateLast }) => learningRateLast !== null && learningRateLast !== first,
  );
  if (!moves) return [line('η', ({ learningRate: rate }) => rate, false)];
  return [
    line('mean η of the epoch', ({ learningRateMean }) => learningRateMean, false),
    line('first step', ({ learningRate: rate }) => rate, true),
    line('last step', ({ learningRateLast }) => learningRateLast, true),
  ];
}
