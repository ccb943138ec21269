import { percent, shedLabel } from '../../format/numbers.ts';
import { controlSeries, seriesOf } from '../../ui/charts/series.ts';
import type { ChartOfRun } from './chart.ts';

export const states: ChartOfRun = (shown) => {
  const { epochs, control, threshold, layer, standing, jumps } = shown;
  return {
    key: 'states',
    measures: ['shed', 'inertAtLeast', 'pruned'],
    title: `States of the weights${layer === null ? '' : ` of ${layer}`}`,
    quantity: 'shed',
    ...(standing === 'uncontrolled' ? { of: standing } : {}),
    series: [
      {
        name: `${shedLabel(threshold)}, of kept`,
        color: '--state-shed',
        ...shown.line(seriesOf(epochs, (epoch) => shown.part(epoch)?.shed[threshold] ?? null)),
      },
      {
        name: 'control, same weights',
        color: '--state-shed',
        dashed: true,
        ...shown.line(controlSeries(shown.excess[shown.against], threshold, layer)),
      },
      {
        name: 'control, all its weights',
        color: '--state-shed',
        dashed: true,
        faint: true,
        points: seriesOf(control.epochs, (epoch) => shown.part(epoch)?.shed[threshold] ?? null),
      },
      {
        name: 'freed, of kept',
        color: '--state-freed',
        faint: true,
        ...shown.line(seriesOf(epochs, (epoch) => shown.part(epoch)?.freed ?? null)),
      },
      {
        name: 'freed in control, all its weights',
        color: '--state-freed',
        dashed: true,
        faint: true,
        points: seriesOf(control.epochs, (epoch) => shown.part(epoch)?.freed ?? null),
      },
      {
        name: 'inert, at least, of kept',
        color: '--state-inert',
        faint: true,
        ...shown.line(seriesOf(epochs, (epoch) => shown.part(epoch)?.inertAtLeast ?? null)),
      },
      {
        name: 'dead on the data, of kept',
        color: '--state-inert',
        ...shown.line(seriesOf(epochs, (epoch) => shown.part(epoch)?.deadOnData ?? null)),
      },
      {
        name: 'pruned, of all',
        color: '--state-pruned-line',
        ...shown.line(
          seriesOf(epochs, (epoch) => shown.part(epoch)?.pruned ?? null),
          layer === null ? jumps.pruned : jumps.unmeasured,
        ),
      },
    ],
    format: (value) => percent(value),
    unit: 'share',
    floor: 0,
    log: 'off',
  };
};
