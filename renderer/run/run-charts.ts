import { CONTROL_SHORT_NAMES, type ControlKind } from '../../common/controls.ts';
import type { EpochSummary } from '../../common/contract/schemas.ts';
import { percent, points, shedLabel, significant } from '../format/numbers.ts';
import type { QuantityName } from '../format/quantities.ts';
import { standingOf, withoutControl } from '../format/runs.ts';
import { lookOf } from '../format/run-look.ts';
import type { OpenedRun } from '../stores/opened-run.ts';
import type { Unit } from '../ui/charts/axis.ts';
import { jumpsOf } from '../ui/charts/jumps.ts';
import { controlSeries, excessSeries, seriesOf } from '../ui/charts/series.ts';
import type { Jump, Point, Series } from '../ui/charts/series.ts';

export interface ChartDefinition {
  key: string;
  title: string;
  quantity: QuantityName;
  of?: string;
  series: Series[];
  format: (value: number) => string;
  unit?: Unit;
  floor?: number;
  steps?: boolean;
  empty?: string;
  trained?: boolean;
  /** Starts on a logarithmic axis. */
  log: boolean;
}

type Readable = Pick<OpenedRun, 'epochs' | 'excess' | 'detail'>;

/** The charts of a run and, dashed in the same colour, of the control of the kind `against`; states of one `layer`, where one is chosen. */
export function runCharts(
  run: Readable,
  control: Readable,
  threshold: string,
  layer: string | null,
  against: ControlKind,
): ChartDefinition[] {
  const color = run.detail ? lookOf(run.detail.summary).color : '--run-1';
  const { epochs } = run;
  const share = (value: number) => percent(value);
  const jumps = jumpsOf(run.detail?.events ?? [], epochs);
  const line = (points: Point[], jumpsAlong: (points: Point[]) => Jump[] = jumps.unmeasured) => ({
    points,
    jumps: jumpsAlong(points),
  });
  /** The chosen layer of an epoch, or all of it. */
  const part = (epoch: EpochSummary) =>
    layer === null ? epoch : epoch.layers.find(({ name }) => name === layer);
  const both = (
    name: string,
    value: Parameters<typeof seriesOf>[1],
    state = color,
    faint = false,
    jumpsAlong = jumps.unmeasured,
  ): Series[] => [
    { name, color: state, faint, ...line(seriesOf(epochs, value), jumpsAlong) },
    { name: `${name}, control`, color: state, faint, dashed: true, points: seriesOf(control.epochs, value) },
  ];
  const standing = run.detail ? standingOf(run.detail.summary) : 'controlled';
  const empty = withoutControl(standing);
  const shed = shedLabel(threshold);
  return [
    {
      key: 'accuracy',
      title: 'Accuracy',
      quantity: 'testAccuracy',
      series: [
        ...both('test', (epoch) => epoch.testAccuracy, color, false, jumps.accuracy),
        {
          name: 'validation',
          color,
          faint: true,
          ...line(seriesOf(epochs, (epoch) => epoch.validationAccuracy)),
        },
      ],
      format: (value) => percent(value, 2),
      unit: 'share',
      trained: true,
      log: false,
    },
    {
      key: 'loss',
      title: 'Loss',
      quantity: 'losses',
      series: [
        ...both('test', (epoch) => epoch.testLoss, color, false, jumps.loss),
        // A mean over the epoch: it ends at no instant, so no event breaks it.
        ...both(
          'training',
          (epoch) => epoch.trainLoss,
          color,
          true,
          () => [],
        ),
      ],
      format: significant,
      trained: true,
      log: false,
    },
    {
      key: 'learning-rate',
      title: 'Learning rate',
      quantity: 'learningRates',
      series: rateSeries(epochs, color),
      format: (value) => significant(value, 3),
      floor: 0,
      steps: true,
      log: false,
    },
    {
      key: 'states',
      title: `States of the weights${layer === null ? '' : ` of ${layer}`}`,
      quantity: 'shed',
      ...(standing === 'uncontrolled' ? { of: standing } : {}),
      series: [
        {
          name: `${shed}, of kept`,
          color: '--state-shed',
          ...line(seriesOf(epochs, (epoch) => part(epoch)?.shed[threshold] ?? null)),
        },
        {
          name: 'control, same weights',
          color: '--state-shed',
          dashed: true,
          ...line(controlSeries(run.excess[against], threshold, layer)),
        },
        {
          name: 'control, all its weights',
          color: '--state-shed',
          dashed: true,
          faint: true,
          points: seriesOf(control.epochs, (epoch) => part(epoch)?.shed[threshold] ?? null),
        },
        {
          name: 'freed, of kept',
          color: '--state-freed',
          faint: true,
          ...line(seriesOf(epochs, (epoch) => part(epoch)?.freed ?? null)),
        },
        {
          name: 'freed in control, all its weights',
          color: '--state-freed',
          dashed: true,
          faint: true,
          points: seriesOf(control.epochs, (epoch) => part(epoch)?.freed ?? null),
        },
        {
          name: 'inert, at least, of kept',
          color: '--state-inert',
          faint: true,
          ...line(seriesOf(epochs, (epoch) => part(epoch)?.inertAtLeast ?? null)),
        },
        {
          name: 'dead on the data, of kept',
          color: '--state-inert',
          ...line(seriesOf(epochs, (epoch) => part(epoch)?.deadOnData ?? null)),
        },
        {
          name: 'pruned, of all',
          color: '--state-pruned-line',
          ...line(
            seriesOf(epochs, (epoch) => part(epoch)?.pruned ?? null),
            layer === null ? jumps.pruned : jumps.unmeasured,
          ),
        },
      ],
      format: share,
      unit: 'share',
      floor: 0,
      log: false,
    },
    {
      key: 'excess',
      ...(empty === undefined ? {} : { empty }),
      title: 'Cascade excess',
      quantity: 'excess',
      of: standing !== 'controlled' ? standing : `over ${CONTROL_SHORT_NAMES[against]}`,
      series: [
        { name: `excess at ${threshold}`, color, ...line(excessSeries(run.excess[against], threshold)) },
      ],
      format: (value) => points(value),
      unit: 'points',
      floor: 0,
      log: false,
    },
    {
      key: 'sizes',
      title: 'Median |w| of kept weights',
      quantity: 'sizes',
      series: [
        { name: 'held', color, ...line(seriesOf(epochs, (epoch) => epoch.heldMedian)) },
        { name: 'freed', color: '--state-freed', ...line(seriesOf(epochs, (epoch) => epoch.freedMedian)) },
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
      log: true,
    },
  ];
}

/** Where the rate moves within epochs, those of their first and last steps beside the mean. */
function rateSeries(epochs: readonly EpochSummary[], color: string): Series[] {
  const line = (name: string, value: (epoch: EpochSummary) => number | null, faint: boolean): Series => ({
    name,
    color,
    faint,
    points: seriesOf(epochs, (epoch) => (epoch.epoch === 0 ? null : value(epoch))),
  });
  const moves = epochs.some(
    ({ learningRate, learningRateLast }) => learningRateLast !== null && learningRateLast !== learningRate,
  );
  if (!moves) return [line('η', ({ learningRate }) => learningRate, false)];
  return [
    line('mean η of the epoch', ({ learningRateMean }) => learningRateMean, false),
    line('first step', ({ learningRate }) => learningRate, true),
    line('last step', ({ learningRateLast }) => learningRateLast, true),
  ];
}
