import { CONTROL_SHORT_NAMES, type ControlKind } from '../../../common/controls.ts';
import type { RunDetail } from '../../../common/contract/schemas.ts';
import { percent, points, shedLabel, significant } from '../../format/numbers.ts';
import type { QuantityName } from '../../format/quantities.ts';
import { runColor, standingOf, withoutControl } from '../../format/runs.ts';
import type { OpenedRun } from '../../stores/opened-run.ts';
import { excessSeries, fastest, relativeNorm, seriesOf } from '../charts/series.ts';
import type { Marker, Series } from '../charts/series.ts';

export interface ChartDefinition {
  key: string;
  title: string;
  quantity: QuantityName;
  of?: string;
  series: Series[];
  format: (value: number) => string;
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
  const color = run.detail ? runColor(run.detail.summary.id) : '--run-1';
  const { epochs } = run;
  const share = (value: number) => percent(value);
  const both = (
    name: string,
    value: Parameters<typeof seriesOf>[1],
    state = color,
    faint = false,
  ): Series[] => [
    { name, color: state, faint, points: seriesOf(epochs, value) },
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
        ...both('test', (epoch) => epoch.testAccuracy),
        {
          name: 'validation',
          color,
          faint: true,
          points: seriesOf(epochs, (epoch) => epoch.validationAccuracy),
        },
      ],
      format: (value) => percent(value, 2),
      trained: true,
      log: false,
    },
    {
      key: 'loss',
      title: 'Loss',
      quantity: 'loss',
      series: [
        ...both('test', (epoch) => epoch.testLoss),
        ...both('training', (epoch) => epoch.trainLoss, color, true),
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
        { name: 'pruned', color: '--state-pruned-line', points: seriesOf(epochs, (epoch) => epoch.pruned) },
      ],
      format: share,
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
        { name: `excess at ${threshold}`, color, points: excessSeries(run.excess[against], threshold) },
      ],
      format: (value) => points(value),
      floor: 0,
      log: false,
    },
    decayChart(run, control, color, layer),
  ];
}

/** The chosen layer, or the one that decayed most; free decay runs beside it. */
function decayChart(run: Readable, control: Readable, color: string, layer: string | null): ChartDefinition {
  const from = run.clock?.from ?? 0;
  const shown = layer ?? fastest(run.epochs, from);
  return {
    key: 'decay',
    title: 'Norm and decay clock',
    quantity: 'decay',
    of: `relative to epoch ${from}`,
    series: [
      { name: 'all layers', color, faint: true, points: relativeNorm(run.epochs, from, null) },
      ...(shown === null
        ? []
        : [
            { name: shown, color, points: relativeNorm(run.epochs, from, shown) },
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

/** Epochs after which weights were pruned, as dotted lines. */
export function pruningMarkers(detail: RunDetail | null): Marker[] {
  return detail?.pruningEpochs.map((epoch) => ({ epoch, label: 'pruned' })) ?? [];
}
