import { fixed, percent, points, significant } from '../../format/numbers.ts';
import type { Series } from './series.ts';

/** What a value axis counts; a share and a difference of shares are shown as hundredths. */
export type Unit = 'share' | 'points' | 'number';

/** A value axis: its ends, and its ticks from the lower end to the upper, evenly spaced but on a logarithmic axis. */
export interface Axis {
  min: number;
  max: number;
  ticks: number[];
}

export interface AxisWish {
  /** The least value that the axis always shows. */
  floor: number | undefined;
  /** The initial state may lie outside: the axis spans what followed training. */
  trained: boolean;
  compact: boolean;
  unit: Unit;
  log: boolean;
}

const MULTIPLES = [1, 2, 2.5, 5, 10];
const exact = (value: number) => Number(value.toPrecision(12));

/** The least round step (1, 2, 2.5 or 5 times a power of ten) that is no smaller than a wanted one. */
function roundStep(rough: number): number {
  const size = 10 ** Math.floor(Math.log10(rough));
  return exact(size * (MULTIPLES.find((multiple) => multiple * size >= rough * 0.999) ?? 10));
}

/** Axis that spans the values in round numbers; null where there is no value that it could show. */
export function valueAxis(series: readonly Series[], wish: AxisWish): Axis | null {
  const values = series.flatMap((line) =>
    line.points.flatMap(([epoch, value]) =>
      wish.trained && epoch === 0 && line.points.length > 1 ? [] : [value],
    ),
  );
  for (const line of series) for (const jump of line.jumps ?? []) values.push(jump.before, jump.after);
  const shown = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return wish.log ? logAxis(shown) : linearAxis(shown, wish);
}

function linearAxis(values: readonly number[], { floor, compact, unit }: AxisWish): Axis | null {
  let [least, most] = rangeOf(floor === undefined ? values : [...values, floor]);
  if (!(most >= least)) return null;
  if (most === least) {
    const room = least === 0 ? 0.01 : Math.abs(least) * 0.1;
    // Nothing is more than all of it.
    if (unit === 'share' && least + room > 1) least -= room;
    else most += room;
  }
  const step = roundStep((most - least) / (compact ? 2 : 4));
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(most / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => exact((first + index) * step));
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks };
}

/** Most ticks of a logarithmic axis. */
const LOG_TICKS = 5;

/** Whole powers of ten where there are enough of them, else parts of them, else even steps: no tick is told twice. */
function logAxis(values: readonly number[]): Axis | null {
  const [least, most] = rangeOf(values.filter((value) => value > 0));
  if (!(most >= least)) return null;
  const [low, high] = [Math.floor(Math.log10(least) + 1e-9), Math.ceil(Math.log10(most) - 1e-9)];
  const decades = high - low;
  if (decades >= 2) {
    const step = Math.ceil(decades / LOG_TICKS);
    const count = Math.ceil(decades / step);
    const ticks = Array.from({ length: count + 1 }, (_, index) => exact(10 ** (low + index * step)));
    return { min: ticks[0]!, max: ticks.at(-1)!, ticks };
  }
  const parts = [1, 2, 5].flatMap((part) =>
    [low - 1, low, low + 1].map((power) => exact(part * 10 ** power)),
  );
  const round = parts.sort((one, other) => one - other);
  const from = round.findLastIndex((tick) => tick <= least * (1 + 1e-9));
  const to = round.findIndex((tick) => tick >= most * (1 - 1e-9));
  if (to - from >= 2) return { min: round[from]!, max: round[to]!, ticks: round.slice(from, to + 1) };
  const even = linearAxis([least, most], {
    floor: undefined,
    trained: false,
    compact: true,
    unit: 'number',
    log: false,
  })!;
  if (even.min > 0) return even;
  return { ...even, min: even.ticks[1]! / 2, ticks: [even.ticks[1]! / 2, ...even.ticks.slice(1)] };
}

function rangeOf(values: readonly number[]): [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}

/** Whole epochs in even steps from 0, about as many as are wanted. */
export function epochTicks(lastEpoch: number, wanted: number): number[] {
  const round = Math.max(1, roundStep(lastEpoch / wanted));
  const step = Number.isInteger(round) ? round : 2 * round;
  return Array.from({ length: Math.floor(lastEpoch / step) + 1 }, (_, index) => index * step);
}

/** Decimals with which every tick is told exactly. */
function decimalsOf(ticks: readonly number[], scale: number): number {
  const enough = (decimals: number) =>
    ticks.every((tick) => Math.abs(Number((tick * scale).toFixed(decimals)) - tick * scale) < 1e-9);
  return [0, 1, 2, 3, 4, 5, 6].find(enough) ?? 6;
}

/** The words at the ticks: all with the same number of digits, and no two alike. */
export function tickWords({ ticks }: Pick<Axis, 'ticks'>, unit: Unit, log = false): string[] {
  if (unit === 'points')
    return ticks.map((tick) => (tick === 0 ? '0 pp' : points(tick, decimalsOf(ticks, 100))));
  if (unit === 'share' && !log) return ticks.map((tick) => percent(tick, decimalsOf(ticks, 100)));
  if (unit === 'share') return ticks.map((tick) => percent(tick, decimalsOf([tick], 100)));
  const size = Math.max(...ticks.map(Math.abs));
  if (log || size < 1e-3 || size >= 1e6) return ticks.map((tick) => significant(tick, 6));
  return ticks.map((tick) => fixed(tick, decimalsOf(ticks, 1)));
}
