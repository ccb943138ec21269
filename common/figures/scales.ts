import { scaleLinear, scaleLog, scaleSymlog } from 'd3-scale';
import { CascadeError } from '../errors.ts';

export const SCALE_KINDS = ['linear', 'log', 'symlog'] as const;
export type ScaleKind = (typeof SCALE_KINDS)[number];

/** A mark of an axis with its label, in the language of labels. */
export interface Tick {
  value: number;
  label: string;
}

/** How the numbers of an axis are laid out on it. */
export interface Scale {
  kind: ScaleKind;
  domain: readonly [number, number];
  /** Where a number is: 0 at the beginning of the axis, 1 at its end. */
  at(value: number): number;
  /** About as many ticks as are asked for; fewer where there are no more good ones. */
  ticks(most: number): Tick[];
  /** Marks without a label between them. */
  minor: readonly number[];
}

interface ScaleAsked {
  kind: ScaleKind;
  /** All numbers that it must hold; those that are not finite are left out. */
  values: readonly number[];
  /** Limits that a person has set; null for either that follows from the values. */
  limits?: readonly [number | null, number | null] | undefined;
  /** Of a symlog scale: the numbers up to which it is linear. */
  linearUpTo?: number;
  /** Whether it ends at round numbers. */
  nice?: boolean;
  /** Whether there is nothing between whole numbers, so that no tick stands there. */
  whole?: boolean;
}

/**
 * @throws CascadeError BAD_AXIS where a logarithmic axis is asked for numbers of which none is above 0, or limits are in the wrong
 *   order
 */
export function makeScale(asked: ScaleAsked): Scale {
  const { kind, linearUpTo = 1e-4 } = asked;
  const domain = domainOf(asked);
  switch (kind) {
    case 'linear':
      return linear(domain, asked.nice ?? true, asked.whole ?? false);
    case 'log':
      return logarithmic(domain);
    case 'symlog':
      return symmetric(domain, linearUpTo);
  }
}

function domainOf({ kind, values, limits = [null, null] }: ScaleAsked): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && (kind !== 'log' || value > 0));
  if (finite.length === 0 && (limits[0] === null || limits[1] === null)) {
    if (kind === 'log' && values.length > 0)
      throw new CascadeError(
        'BAD_AXIS',
        'A logarithmic axis needs numbers above 0: choose symlog or linear.',
      );
    return kind === 'log' ? [1, 10] : [0, 1];
  }
  const low = limits[0] ?? finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = limits[1] ?? finite.reduce((most, value) => Math.max(most, value), -Infinity);
  if (low > high || (kind === 'log' && low <= 0))
    throw new CascadeError(
      'BAD_AXIS',
      `An axis cannot go from ${low} to ${high}: give its limits in rising order.`,
    );
  if (low < high) return [low, high];
  // One number alone is in the middle.
  if (kind === 'log') return [low / 2, high * 2];
  const around = low === 0 ? 1 : Math.abs(low) * 0.1;
  return [low - around, high + around];
}

function linear([low, high]: [number, number], nice: boolean, whole: boolean): Scale {
  const scale = scaleLinear([low, high], [0, 1]);
  if (nice) scale.nice(8);
  return {
    kind: 'linear',
    domain: scale.domain() as [number, number],
    at: scale,
    ticks: (most) => {
      const all = scale.ticks(most);
      const values = whole ? all.filter(Number.isInteger) : all;
      const format = scale.tickFormat(whole ? values.length : most, whole ? ',.0f' : undefined);
      return values.map((value) => ({ value, label: format(value) }));
    },
    minor: [],
  };
}

function logarithmic([low, high]: [number, number]): Scale {
  const domain: [number, number] = [low, high];
  const scale = scaleLog(domain, [0, 1]);
  return {
    kind: 'log',
    domain,
    at: (value) => (value > 0 ? scale(value) : -1),
    ticks: (most) => logarithmicTicks(domain, most),
    // Over very many decades they would be a grey bar.
    minor: Math.log10(high / low) > 8 ? [] : betweenDecades(domain),
  };
}

function logarithmicTicks([low, high]: [number, number], most: number): Tick[] {
  const within = (value: number): boolean => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = (every: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index)
      .filter((exponent) => exponent % every === 0)
      .map((exponent) => power(1, exponent));
  const withParts = decades(1).flatMap((decade) => [1, 2, 5].map((part) => part * decade));
  const fine = withParts.filter(within);
  if (fine.length <= most && decades(1).filter(within).length < 3) return fine.map(tick(decimal));
  for (let every = 1; every <= 40; every++) {
    const values = decades(every).filter(within);
    if (values.length <= Math.max(most, 2)) {
      const plain = values.every((value) => value > 0.009 && value < 1001);
      return values.map(tick(plain ? decimal : scientific));
    }
  }
  return [low, high].map(tick(scientific));
}

function betweenDecades([low, high]: [number, number]): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  return Array.from({ length: to - from }, (_, index) => from + index)
    .flatMap((exponent) => [2, 3, 4, 5, 6, 7, 8, 9].map((part) => power(part, exponent)))
    .filter((value) => value >= low && value <= high);
}

function symmetric([low, high]: [number, number], linearUpTo: number): Scale {
  const scale = scaleSymlog([low, high], [0, 1]).constant(linearUpTo);
  const most = Math.max(Math.abs(low), Math.abs(high));
  const first = Math.ceil(Math.log10(linearUpTo) - 1e-9);
  const last = Math.floor(Math.log10(most) + 1e-9);
  return {
    kind: 'symlog',
    domain: [low, high],
    at: scale,
    ticks: (wanted) => {
      for (let every = 1; every <= 40; every++) {
        const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => last - index)
          .filter((_, index) => index % every === 0)
          .map((exponent) => power(1, exponent));
        const values = [...powers.map((value) => -value), 0, ...powers.reverse()].filter(
          (value) => value >= low && value <= high,
        );
        if (values.length <= Math.max(wanted, 3)) return values.map(tick(scientific));
      }
      return [{ value: 0, label: '0' }];
    },
    minor: [],
  };
}

const tick =
  (format: (value: number) => string) =>
  (value: number): Tick => ({ value, label: format(value) });

/** A part of a power of ten, to the last bit what is written so. */
const power = (part: number, exponent: number): number => Number(`${part}e${exponent}`);

const decimal = (value: number): string => String(Number(value.toPrecision(6))).replace('-', '−');

function scientific(value: number): string {
  if (value === 0) return '0';
  const exponent = Math.round(Math.log10(Math.abs(value)));
  const sign = value < 0 ? '-' : '';
  return exponent === 0 ? `$${sign}1$` : `$${sign}10^{${exponent}}$`;
}
