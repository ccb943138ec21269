import { CONTROL_SHORT_NAMES } from '../../../common/controls.ts';
import { points } from '../../format/numbers.ts';
import { withoutControl } from '../../format/runs.ts';
import { excessSeries } from '../../ui/charts/series.ts';
import type { ChartOfRun } from './chart.ts';

export const excess: ChartOfRun = (shown) => {
  const { standing, against, threshold, color } = shown;
  const empty = withoutControl(standing);
  return {
    key: 'excess',
    measures: ['excess'],
    ...(empty === undefined ? {} : { empty }),
    title: 'Cascade excess',
    quantity: 'excess',
    of: standing !== 'controlled' ? standing : `over ${CONTROL_SHORT_NAMES[against]}`,
    series: [
      {
        name: `excess at ${threshold}`,
        color,
        ...shown.line(excessSeries(shown.excess[against], threshold)),
      },
    ],
    format: (value) => points(value),
    unit: 'points',
    floor: 0,
  };
};
