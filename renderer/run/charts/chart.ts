import type { ControlKind } from '../../../common/controls.ts';
import type { EpochSummary, LayerEpoch } from '../../../common/contract/schemas.ts';
import type { MeasureId } from '../../../common/measures/registry.ts';
import type { QuantityName } from '../../format/quantities.ts';
import { standingOf } from '../../format/runs.ts';
import type { OpenedRun } from '../../stores/opened-run.ts';
import type { Unit } from '../../ui/charts/axis.ts';
import { jumpsOf, type RunJumps } from '../../ui/charts/jumps.ts';
import { seriesOf, type Jump, type Point, type Series } from '../../ui/charts/series.ts';

/** One chart of a run, as `LineChart` draws it. */
export interface RunChart {
  /** Remembers what was chosen of the chart. */
  key: string;
  /** Ids of the measures that a figure of it draws. */
  measures: readonly MeasureId[];
  title: string;
  /** What explains it. */
  quantity: QuantityName;
  of?: string;
  series: Series[];
  format: (value: number) => string;
  unit?: Unit;
  floor?: number;
  steps?: boolean;
  /** Said in place of the lines. */
  empty?: string;
  trained?: boolean;
  /** Whether a logarithmic axis is offered, and how it begins. */
  log?: 'off' | 'on';
}

/** A chart of a run, made anew when what it shows changes. */
export type ChartOfRun = (shown: ShownRun) => RunChart;

type Readable = Pick<OpenedRun, 'epochs' | 'excess' | 'detail'>;

/** What the charts of a run are drawn from: it, its control of the kind `against`, a threshold, and one layer or all. */
export class ShownRun {
  readonly epochs: readonly EpochSummary[];
  readonly control: Readable;
  readonly threshold: string;
  /** States of this layer; null: of the whole network. */
  readonly layer: string | null;
  readonly against: ControlKind;
  /** Of the run, and dashed of its control. */
  readonly color: string;
  readonly standing: ReturnType<typeof standingOf>;
  readonly excess: Readable['excess'];
  readonly jumps: RunJumps;

  constructor(
    run: Readable,
    control: Readable,
    threshold: string,
    layer: string | null,
    against: ControlKind,
    color: string,
  ) {
    this.epochs = run.epochs;
    this.control = control;
    this.threshold = threshold;
    this.layer = layer;
    this.against = against;
    this.color = color;
    this.standing = run.detail ? standingOf(run.detail.summary) : 'controlled';
    this.excess = run.excess;
    this.jumps = jumpsOf(run.detail?.events ?? [], run.epochs);
  }

  /** The chosen layer of an epoch, or all of it. */
  part(epoch: EpochSummary): EpochSummary | LayerEpoch | undefined {
    return this.layer === null ? epoch : epoch.layers.find(({ name }) => name === this.layer);
  }

  /** Points, and where an event breaks them. */
  line(
    points: readonly Point[],
    jumpsAlong: (points: readonly Point[]) => Jump[] = this.jumps.unmeasured,
  ): Pick<Series, 'points' | 'jumps'> {
    return { points, jumps: jumpsAlong(points) };
  }

  /** A line of the run, and one of its control, dashed. */
  both(
    name: string,
    value: (epoch: EpochSummary) => number | null,
    { color = this.color, faint = false, jumpsAlong = this.jumps.unmeasured } = {},
  ): Series[] {
    return [
      { name, color, faint, ...this.line(seriesOf(this.epochs, value), jumpsAlong) },
      {
        name: `${name}, control`,
        color,
        faint,
        dashed: true,
        points: seriesOf(this.control.epochs, value),
      },
    ];
  }
}
