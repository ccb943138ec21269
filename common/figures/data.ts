import type { MeasureUnit } from '../measures/measure.ts';
import type { RunLook } from '../run-looks.ts';
import type { Spread } from '../statistics/spread.ts';
import type { ScaleKind } from './scales.ts';

/** What is drawn around a mean: one of the spreads over seeds, or nothing. */
export type SpreadDrawn = Spread | 'none';

/** What an axis, a column or a row of a table tells. Numbers are in the unit of the measure: shares and points of 1. */
export interface Quantity {
  /** The measure's id, or a key of the specification. */
  id: string;
  /** In the language of labels, without the unit. */
  title: string;
  /** 'share' and 'points' are drawn in hundredths. */
  unit: MeasureUnit | 'none';
  /** What a share is a share of. */
  of?: string;
  /** The threshold at which it was counted, as it is written: '1e-4'. */
  threshold?: string;
  better?: 'higher' | 'lower' | null;
  /** The scale that suits it. */
  scale: ScaleKind;
}

/** A mean over seeds and the ends of its spread; of one run all three are its number. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
  /** Runs in it. */
  n: number;
}

/** A place on a curve. A mean that is null breaks the line. */
export interface CurvePoint {
  x: number;
  /** Where the place on the x axis is a mean as well. */
  across?: Estimate;
  mean: number | null;
  low: number | null;
  high: number | null;
  n: number;
}

export interface Group {
  /** In the language of labels. */
  label: string;
  /** Which look it has: the same in every figure of a workspace. */
  slot: number;
  /** Drawn as a control: dashed, in its run's colour. */
  control?: boolean;
  /** How the window draws it; one that a person chose is drawn so in every palette of colours. */
  look?: { window: RunLook; byHand: boolean };
  /** Runs in a mean: the most, and the fewest where some means are of fewer. */
  n: number;
  least?: number;
  /** Ids of the runs in it. */
  runs: readonly string[];
}

/** The curve of one run behind the mean of its group. */
export interface SeedCurve {
  run: string;
  points: readonly { x: number; y: number | null }[];
}

/** A curve that somebody else has published. */
export interface Reference {
  label: string;
  /** Where it is from: named in the figure. */
  source: string;
  points: readonly { x: number; y: number }[];
}

/** Curves of groups in one pair of axes. */
export interface SeriesPanel {
  title: string | null;
  x: Quantity;
  y: Quantity;
  groups: readonly (Group & { points: readonly CurvePoint[]; seeds?: readonly SeedCurve[] })[];
  /** Which of both numbers the groups without points lack: 'both' or either of them where not told. */
  lacking?: 'x' | 'y';
  /** Places on the x axis at which weights were pruned. */
  prunings: readonly number[];
  references: readonly Reference[];
}

/** Numbers of groups: a row each, a column for each quantity. */
export interface Cells {
  quantities: readonly Quantity[];
  rows: readonly (Group & { cells: readonly (CellEstimate | null)[] })[];
  /** The test by which the best of a column is told from the others; null where none was made. */
  test: string | null;
}

export interface CellEstimate extends Estimate {
  /** Whether no other row is better by the test. */
  best: boolean;
}

/** Bars in one pair of axes: at each place one for each group. */
export interface BarsPanel {
  title: string | null;
  y: Quantity;
  /** What the places are, such as the keys by which groups fall into several bars; null where groups stand side by side. */
  across: string | null;
  /** Names of the places, in the language of labels: one, and empty, where groups stand side by side. */
  places: readonly string[];
  groups: readonly (Group & { bars: readonly (Bar | null)[] })[];
}

export interface Bar extends Estimate {
  /** The runs that the mean is of. */
  seeds: readonly { run: string; value: number }[];
}

/** Numbers of rows by columns, as colours. */
export interface MatrixPanel {
  title: string | null;
  rows: MatrixAxis;
  columns: MatrixAxis;
  quantity: Quantity;
  /** [rows][columns] Null where there is no number. */
  cells: readonly (readonly (MatrixCell | null)[])[];
  /** What it is of. */
  groups: readonly Group[];
  /** What stands beneath all of them, such as when the runs are looked at. */
  told?: string;
}

export interface MatrixAxis {
  title: string;
  /** In the language of labels. */
  names: readonly string[];
}

export interface MatrixCell {
  mean: number;
  /** Runs, or pairs of runs, in the mean. */
  n: number;
}

/** Networks after chosen epochs, side by side: a row for each run. */
export interface Filmstrip {
  /** What a square stands for: so many channels, or so many weights a side of it. */
  squares: { of: 'channels' | 'weights'; each: number };
  /** The layer whose weights are told; null where all layers' channels are. */
  layer: string | null;
  /** The threshold at which weights are shed. */
  threshold: string;
  /** The network's layers, from input to output. */
  layers: readonly FilmLayer[];
  rows: readonly (Group & { frames: readonly (Frame | null)[] })[];
  epochs: readonly number[];
}

export interface FilmLayer {
  name: string;
  /** How many squares it has, in reading order; of weights, how many stand in a row. */
  squares: number;
  columns: number | null;
}

/** A moment of a run. */
export interface Frame {
  epoch: number;
  /** Share of the test images that are answered rightly; null where that was not evaluated. */
  accuracy: number | null;
  /** [layers] Of each square the shares of its weights by state, five in a row, in the order of `WEIGHT_STATES`. */
  states: readonly (readonly number[])[];
}

/** What figures are drawn from, by the shape of it. */
export interface Shapes {
  /** After every epoch. */
  series: readonly SeriesPanel[];
  /** The same of each layer. */
  layers: readonly SeriesPanel[];
  /** After the last epoch, as points. */
  ends: readonly SeriesPanel[];
  /** The same, as a table. */
  cells: Cells;
  /** The same, as bars. */
  bars: readonly BarsPanel[];
  /** How often answers were lost and won between two groups, by class. */
  answers: readonly BarsPanel[];
  /** What sets of weights have in common. */
  overlap: readonly MatrixPanel[];
  /** A measure by layer and epoch. */
  layerEpochs: readonly MatrixPanel[];
  /** States of channels or of weights. */
  frames: Filmstrip;
}
export type ShapeName = keyof Shapes;

/** What a shape's collector must know of the options of a kind. */
export interface Asks {
  /** Whether the curve of each run is drawn too. */
  series: { seeds: boolean };
  /** Names of the layers; all where there are none. */
  layers: { layers: readonly string[] };
  ends: object;
  cells: object;
  bars: object;
  /** Names of two groups, or ids of runs; the first group without and the first with pruning where null. */
  answers: {
    before: string | null;
    after: string | null;
    /** Moments as `common/groups/moments.ts` writes them. */
    beforeAt: string;
    afterAt: string;
  };
  overlap: {
    /** Each run, groups of them, or epochs of each group. */
    between: 'runs' | 'groups' | 'epochs';
    what: 'kept' | 'alive' | 'shed';
    number: 'jaccard' | 'beyond';
    layer: string | null;
    epochs: readonly number[];
    /** When runs and groups are looked at: a moment as `common/groups/moments.ts` writes it. */
    when: string;
  };
  layerEpochs: { layers: readonly string[] };
  frames: { view: 'channels' | 'weights'; layer: string | null; epochs: readonly number[] };
}

/** What is told of all numbers of a figure. */
export interface Facts {
  spread: SpreadDrawn;
  /** Runs that were asked for and have not finished: they are in no mean. */
  unfinished: number;
}

/** A measure's share is told in hundredths, everything else as it is. */
export function drawn(quantity: Quantity, value: number): number {
  return quantity.unit === 'share' || quantity.unit === 'points' ? value * 100 : value;
}

const UNITS: Readonly<Record<Quantity['unit'], string | null>> = {
  share: '%',
  points: 'pp',
  seconds: 's',
  nats: 'nats',
  factor: '×',
  count: null,
  rate: null,
  magnitude: null,
  none: null,
};

/** What is written beside an axis: title, threshold, unit, and of what. */
export function axisTitle({ title, unit, of, threshold }: Quantity): string {
  const sign = UNITS[unit];
  const parts = [sign, of === undefined ? null : `of ${of}`].filter((part) => part !== null);
  const at = threshold === undefined ? '' : ` $\\leq ${thresholdFormula(threshold)}$`;
  return `${title}${at}${parts.length === 0 ? '' : ` (${parts.join(' ')})`}`;
}

/** '1e-4' as a power of ten, with σ where it is relative. */
function thresholdFormula(label: string): string {
  const relative = label.endsWith('σ');
  const [part = '', exponent] = label.replace('σ', '').split('e');
  const number = exponent === undefined ? part : `${part === '1' ? '' : `${part} \\times `}10^{${exponent}}`;
  return relative ? `${number} \\sigma` : number;
}
