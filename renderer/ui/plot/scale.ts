import { makeScale, type Scale, type ScaleKind, type Tick } from '../../../common/figures/scales.ts';
import type { PlotScale, PlotView } from './lines.ts';

/** An axis of a plot: the scale of all its numbers, through which a view moves. */
export interface PlotAxis extends PlotScale {
  kind: ScaleKind;
  /** The ticks that a part of the axis shows, each with its place on the axis. */
  ticks(part: PlotView['x'], most: number): (Tick & { place: number })[];
}

/** A view with a little room around everything. */
export const ROOMY: PlotView = { x: [-0.02, 1.02], y: [-0.05, 1.05] };

/** @param values all numbers that it holds @param linearUpTo of a symlog axis: up to where it is linear */
export function plotAxis(kind: ScaleKind, values: readonly number[], linearUpTo: number): PlotAxis {
  const isEmpty = kind === 'log' && !values.some((value) => value > 0 && Number.isFinite(value));
  const scale = makeScale({ kind, values: isEmpty ? [1, 10] : values, linearUpTo, nice: false });
  const invert = inverseOf(scale, linearUpTo);
  return {
    kind,
    at: (value) => (kind === 'log' && !(value > 0) ? NaN : scale.at(value)),
    invert,
    ticks: ([from, to], most) => {
      const [low, high] = [invert(from), invert(to)];
      if (!(low < high) || !Number.isFinite(low) || !Number.isFinite(high)) return [];
      return makeScale({ kind, values: [], limits: [low, high], linearUpTo, nice: false })
        .ticks(most)
        .map(({ value, label }) => ({ value, label: plainText(label), place: scale.at(value) }));
    },
  };
}

function inverseOf({ kind, domain: [low, high] }: Scale, linearUpTo: number): (place: number) => number {
  switch (kind) {
    case 'linear':
      return (place) => low + place * (high - low);
    case 'log':
      return (place) => low * (high / low) ** place;
    case 'symlog': {
      // As d3-scale has it: sign(x) · log(1 + |x ÷ c|).
      const bent = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value / linearUpTo));
      const [from, to] = [bent(low), bent(high)];
      return (place) => {
        const at = from + place * (to - from);
        return Math.sign(at) * linearUpTo * Math.expm1(Math.abs(at));
      };
    }
  }
}

const RAISED: Readonly<Record<string, string>> = {
  '-': '⁻',
  ...Object.fromEntries([...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((sign, digit) => [String(digit), sign])),
};

/** A label of a tick without the language of formulas: '$-10^{-4}$' as '−10⁻⁴'. */
function plainText(label: string): string {
  return label
    .replace(/^\$(.*)\$$/, '$1')
    .replace(/\^\{(-?\d+)\}/, (_, digits: string) => [...digits].map((digit) => RAISED[digit]).join(''))
    .replace('-', '−');
}
