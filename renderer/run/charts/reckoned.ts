import type { Measure } from '../../../common/measures/measure.ts';
import { RECKONED_MEASURES, type MeasureId } from '../../../common/measures/registry.ts';
import { percent, points, significant } from '../../format/numbers.ts';
import { seriesOf } from '../../ui/charts/series.ts';
import type { ChartOfRun } from './chart.ts';

/** A chart for each measure that is stored by its id, of the network or of the chosen layer. */
export const reckoned: readonly ChartOfRun[] = RECKONED_MEASURES.map(chartOf);

function chartOf({ id, title, unit, logarithmic }: Measure & { id: MeasureId }): ChartOfRun {
  return (shown) => ({
    key: id,
    measures: [id],
    title: shown.layer === null ? title : `${title} in ${shown.layer}`,
    quantity: id,
    series: [
      {
        name: 'run',
        color: shown.color,
        ...shown.line(seriesOf(shown.epochs, (epoch) => shown.part(epoch)?.measured[id] ?? null)),
      },
      {
        name: 'control, all its weights',
        color: shown.color,
        dashed: true,
        points: seriesOf(shown.control.epochs, (epoch) => shown.part(epoch)?.measured[id] ?? null),
      },
    ],
    format: FORMATS[unit] ?? ((value) => significant(value, 3)),
    ...(unit === 'share' || unit === 'points' ? { unit } : {}),
    ...(logarithmic ? { log: 'on' as const } : {}),
  });
}

const FORMATS: Partial<Record<Measure['unit'], (value: number) => string>> = {
  share: (value) => percent(value),
  points: (value) => points(value),
};
