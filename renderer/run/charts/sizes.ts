import { significant } from '../../format/numbers.ts';
import { seriesOf } from '../../ui/charts/series.ts';
import type { ChartOfRun } from './chart.ts';

export const sizes: ChartOfRun = (shown) => {
  const { epochs, control, color } = shown;
  return {
    key: 'sizes',
    measures: ['heldMedian', 'freedMedian'],
    title: 'Median |w| of kept weights',
    quantity: 'sizes',
    series: [
      { name: 'held', color, ...shown.line(seriesOf(epochs, (epoch) => epoch.heldMedian)) },
      {
        name: 'freed',
        color: '--state-freed',
        ...shown.line(seriesOf(epochs, (epoch) => epoch.freedMedian)),
      },
      // Medians of the same weights are not measured: these say that they are of all that the control keeps.
      {
        name: 'held in control, all its weights',
        color,
        dashed: true,
        faint: true,
        points: seriesOf(control.epochs, (epoch) => epoch.heldMedian),
      },
      {
        name: 'freed in control, all its weights',
        color: '--state-freed',
        dashed: true,
        faint: true,
        points: seriesOf(control.epochs, (epoch) => epoch.freedMedian),
      },
    ],
    format: (value) => significant(value, 3),
    log: 'on',
  };
};
