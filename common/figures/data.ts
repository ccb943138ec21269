import type { MeasureUnit } from '../measures/measure.ts';
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
  /** Runs in a mean: the most, and the fewest where some means are of fewer. */
  n: number;
  least?: number;
  /** Ids of the runs in it. */
  runs: readonly string[];
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
  groups: readonly (Group & { points: readonly CurvePoint[] })[];
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

/** What figures are drawn from, by the shape of it. */
export interface Shapes {
  /** After every epoch. */
  series: readonly SeriesPanel[];
  /** After the last epoch, as points. */
  ends: readonly SeriesPanel[];
  /** The same, as a table. */
  cells: Cells;
}
export type ShapeName = keyof Shapes;

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
