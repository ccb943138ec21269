import { CURVE_AXES, AXIS_TITLES, type CurveAxis } from '../../common/curve-axes.ts';
import type { Measure } from '../../common/measures/measure.ts';
import { measureColumns } from '../../common/measures/columns.ts';
import { SCALE_KINDS, type ScaleKind } from '../../common/figures/scales.ts';
import { rememberedScale } from '../stores/scales.ts';
import { fixed, percent, points, significant, times } from '../format/numbers.ts';

/** What an axis of a pane tells: a measure of epochs at one of its thresholds or ideas, or how far a run had come. */
export interface AxisQuantity {
  /** As settings and addresses have it: 'excess(1e-4)', 'epoch'. */
  name: string;
  title: string;
  /** With its unit, for the axis: shares are drawn in hundredths. */
  axisTitle: string;
  /** The same without of what, where there is little room. */
  shortTitle: string;
  /** What `runs.curves` is asked for. */
  asked: CurveAxis | { id: string; key: string };
  /** How many times larger it is drawn. */
  factor: 1 | 100;
  scale: 'linear' | 'log';
  /** A number as it is drawn, for people. */
  format: (drawn: number) => string;
}

const UNITS: Readonly<Record<Measure['unit'], string>> = {
  share: '%',
  points: 'pp',
  seconds: 's',
  nats: 'nats',
  factor: '×',
  count: '',
  rate: '',
  magnitude: '',
};

/** The measure of a quantity at whichever key, or the axis: what a scale is remembered for. */
export function measureOf({ asked }: Pick<AxisQuantity, 'asked'>): string {
  return typeof asked === 'string' ? asked : asked.id;
}

/** The scale of an axis: what the pane is set to, else what was last chosen for the measure, else what suits it. */
export function scaleOf(setting: string | undefined, quantity: AxisQuantity): ScaleKind {
  return (
    SCALE_KINDS.find((kind) => kind === setting) ?? rememberedScale(measureOf(quantity)) ?? quantity.scale
  );
}

/** Every measure of epochs, at each of its keys. @param labels thresholds */
export function measureQuantities(labels: readonly string[]): AxisQuantity[] {
  return measureColumns('epoch', labels)
    .filter(({ measure }) => measure.stored?.epoch !== undefined)
    .map(({ measure, key }) => quantityOf(measure, key));
}

/** Every measure of layers, likewise. */
export function layerQuantities(labels: readonly string[]): AxisQuantity[] {
  return measureColumns('layer', labels)
    .filter(({ measure }) => measure.stored?.layer !== undefined)
    .map(({ measure, key }) => quantityOf(measure, key));
}

/** What a horizontal axis can tell. */
export function axisQuantities(labels: readonly string[]): AxisQuantity[] {
  const come = CURVE_AXES.map((axis): AxisQuantity => {
    const title = AXIS_TITLES[axis];
    return {
      name: axis,
      title,
      axisTitle: title,
      shortTitle: title,
      asked: axis,
      factor: 1,
      scale: 'linear',
      format: (value) => significant(value),
    };
  });
  return [...come, ...measureQuantities(labels)];
}

function quantityOf(measure: Measure, key: string): AxisQuantity {
  const { id, title, short = title, unit, of, each } = measure;
  const at = key === '' ? '' : each === 'threshold' ? ` ≤ ${key}` : `, ${key.replaceAll('_', ' ')}`;
  const factor = unit === 'share' || unit === 'points' ? 100 : 1;
  const parts = [UNITS[unit], of === undefined ? '' : `of ${of}`].filter((part) => part !== '');
  return {
    name: key === '' ? id : `${id}(${key})`,
    title: `${short}${at}`,
    shortTitle: `${short}${at}${UNITS[unit] === '' ? '' : ` (${UNITS[unit]})`}`,
    axisTitle: `${short}${at}${parts.length === 0 ? '' : ` (${parts.join(' ')})`}`,
    asked: { id, key },
    factor,
    scale: measure.logarithmic ? 'log' : 'linear',
    format: (drawn) => {
      if (unit === 'share') return percent(drawn / 100, 2);
      if (unit === 'points') return points(drawn / 100, 2);
      return unit === 'factor' ? times(drawn) : unit === 'nats' ? fixed(drawn, 4) : significant(drawn);
    },
  };
}

/** The quantity of a name; else the first whose name begins so, such as 'excess' at any threshold; else the first. */
export function quantityNamed(
  quantities: readonly AxisQuantity[],
  name: string,
  threshold: string,
): AxisQuantity {
  return (
    quantities.find((each) => each.name === name) ??
    quantities.find((each) => each.name === `${name}(${threshold})`) ??
    quantities.find((each) => each.name.startsWith(`${name}(`)) ??
    quantities[0]!
  );
}
