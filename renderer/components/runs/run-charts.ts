import { CONTROL_SHORT_NAMES, type ControlKind } from '../../../common/controls.ts';
import { percent, points, shedLabel, significant } from '../../format/numbers.ts';
import type { QuantityName } from '../../format/quantities.ts';
import { standingOf, withoutControl } from '../../format/runs.ts';
import { lookOf } from '../../format/run-look.ts';
import type { OpenedRun } from '../../stores/opened-run.ts';
import { pruningsOf } from '../../format/prunings.ts';
import type { Unit } from '../charts/axis.ts';
import { jumpsOf } from '../charts/jumps.ts';
import { excessSeries, fastest, relativeNorm, seriesOf } from '../charts/series.ts';
import type { Jump, Marker, Point, Series } from '../charts/series.ts';

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

type Readable = Pick<OpenedRun, 'epochs' | 'excess' | 'clock' | 'detail'>;

/** The charts of a run and, dashed in the same colour, of the control of the kind `against`. */
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
      quantity: 'accuracy',
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
      quantity: 'loss',
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
      quantity: 'learningRate',
      series: [
        {
          name: 'η',
          color,
          points: seriesOf(epochs, (epoch) => (epoch.epoch === 0 ? null : epoch.learningRate)),
        },
      ],
      format: (value) => significant(value, 3),
      floor: 0,
      steps: true,
      log: false,
    },
    {
      key: 'states',
      title: 'Pruned, shed, inert',
      quantity: 'shed',
      of:
        standing === 'uncontrolled'
          ? 'uncontrolled · pruned of all, rest of kept'
          : 'pruned of all, rest of kept',
      series: [
        ...both(shed, (epoch) => epoch.shed[threshold] ?? null, '--state-shed'),
        ...both('inert', (epoch) => epoch.inert, '--state-inert', true),
        {
          name: 'pruned',
          color: '--state-pruned-line',
          ...line(
            seriesOf(epochs, (epoch) => epoch.pruned),
            jumps.pruned,
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
    decayChart(run, control, color, layer, jumps.unmeasured),
  ];
}

/** The chosen layer, or the one that decayed most; free decay runs beside it. */
function decayChart(
  run: Readable,
  control: Readable,
  color: string,
  layer: string | null,
  jumpsAlong: (points: Point[]) => Jump[],
): ChartDefinition {
  const from = run.clock?.from ?? 0;
  const shown = layer ?? fastest(run.epochs, from);
  const norm = (of: string | null) => {
    const points = relativeNorm(run.epochs, from, of);
    return { points, jumps: jumpsAlong(points) };
  };
  return {
    key: 'decay',
    title: 'Norm and decay clock',
    quantity: 'decay',
    of: `relative to epoch ${from}`,
    series: [
      { name: 'all layers', color, faint: true, ...norm(null) },
      ...(shown === null
        ? []
        : [
            { name: shown, color, ...norm(shown) },
            {
              name: `${shown}, control`,
              color,
              dashed: true,
              points: relativeNorm(control.epochs, from, shown),
            },
          ]),
      {
        name: 'free decay',
        color: '--text-muted',
        faint: true,
        dashed: true,
        points: run.clock?.factors.map(({ epoch, factor }) => [epoch, factor] as const) ?? [],
      },
    ],
    format: (value) => significant(value, 3),
    log: true,
  };
}

/** When weights were pruned, as dotted lines. */
export function pruningMarkers({ detail, epochs }: Pick<OpenedRun, 'detail' | 'epochs'>): Marker[] {
  return pruningsOf(detail?.events ?? [], epochs).map(({ at }) => ({ at, label: 'pruned' }));
}
