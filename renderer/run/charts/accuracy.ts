import { percent } from '../../format/numbers.ts';
import { seriesOf } from '../../ui/charts/series.ts';
import type { ChartOfRun } from './chart.ts';

export const accuracy: ChartOfRun = (shown) => ({
  key: 'accuracy',
  measures: ['testAccuracy', 'validationAccuracy'],
  title: 'Accuracy',
  quantity: 'testAccuracy',
  series: [
    ...shown.both('test', (epoch) => epoch.testAccuracy, { jumpsAlong: shown.jumps.accuracy }),
    {
      name: 'validation',
      color: shown.color,
      faint: true,
      ...shown.line(seriesOf(shown.epochs, (epoch) => epoch.validationAccuracy)),
    },
  ],
  format: (value) => percent(value, 2),
  unit: 'share',
  trained: true,
});
