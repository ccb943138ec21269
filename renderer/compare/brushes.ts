import type { ParallelAxis } from './parallel.ts';

/** What is let through on an axis: numbers from one to another, both with them, or some words. */
export type Brush = readonly [from: number, to: number] | readonly string[];
/** By the id of an axis' field. */
export type Brushes = Readonly<Record<string, Brush>>;

/** As settings and addresses hold them: JSON, empty for none. */
export function writeBrushes(brushes: Brushes): string {
  return Object.keys(brushes).length === 0 ? '' : JSON.stringify(brushes);
}

/** What is not of the form is left out. */
export function readBrushes(text: string | undefined): Brushes {
  let found: unknown;
  try {
    found = JSON.parse(text || '{}');
  } catch {
    return {};
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return {};
  return Object.fromEntries(
    Object.entries(found as Record<string, unknown>).filter((entry): entry is [string, Brush] =>
      isBrush(entry[1]),
    ),
  );
}

function isBrush(value: unknown): value is Brush {
  if (!Array.isArray(value)) return false;
  return isRange(value as Brush)
    ? value.every(Number.isFinite)
    : value.length > 0 && value.every((word) => typeof word === 'string');
}

function isRange(brush: Brush): brush is readonly [number, number] {
  return brush.length === 2 && brush.every((end) => typeof end === 'number');
}

/** Whether a group's value on an axis is let through; a group that has none there is not. */
export function passes(value: number | string | null, brush: Brush): boolean {
  if (value === null) return false;
  if (isRange(brush)) return typeof value === 'number' && value >= brush[0] && value <= brush[1];
  return brush.includes(String(value));
}

/** [groups] Whether every brush lets the group through. Brushes of axes that are not there let all through. */
export function passing(axes: readonly ParallelAxis[], brushes: Brushes, groups: number): boolean[] {
  const used = axes.flatMap(({ field, values }) => {
    const brush = brushes[field.id];
    return brush === undefined ? [] : [{ values, brush }];
  });
  return Array.from({ length: groups }, (_, group) =>
    used.every(({ values, brush }) => passes(values[group] ?? null, brush)),
  );
}

/** The part of an axis that a brush covers, in places on it; null where it covers nothing that is there. */
export function coveredBy(axis: ParallelAxis, brush: Brush): readonly [number, number] | null {
  const inside = axis.stops.filter(({ value }) => passes(value, brush));
  if (isRange(brush) && axis.invert !== null) {
    const [low, high] = [axis.stops[0]!, axis.stops.at(-1)!];
    if (low.place === high.place) return inside.length > 0 ? [0.45, 0.55] : null;
    const at = (end: number): number => placeOf(axis, end);
    const part = [Math.max(0, at(brush[0])), Math.min(1, at(brush[1]))] as const;
    return part[0] <= part[1] ? part : null;
  }
  return inside.length === 0 ? null : [inside[0]!.place, inside.at(-1)!.place];
}

/** Where a number is on an axis, found by halving: the axis knows the way back alone. */
function placeOf({ invert }: ParallelAxis, value: number): number {
  if (value <= invert!(0)) return 0;
  if (value >= invert!(1)) return 1;
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (invert!(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The brush from one place on an axis to another; null where it lets all through. */
export function brushOver(axis: ParallelAxis, one: number, other: number): Brush | null {
  const [from, to] = [Math.max(0, Math.min(one, other)), Math.min(1, Math.max(one, other))];
  const inside = axis.stops.filter(({ place }) => place >= from - 1e-9 && place <= to + 1e-9);
  if (inside.length === axis.stops.length) return null;
  if (axis.invert === null) {
    // Between two words there is nothing: the nearest one is meant.
    const words = inside.length > 0 ? inside : [nearest(axis, (from + to) / 2)];
    return words.map(({ value }) => String(value));
  }
  // Rounding leaves out nothing that was drawn over.
  const known = inside.map(({ value }) => Number(value));
  return [Math.min(rounded(axis.invert(from)), ...known), Math.max(rounded(axis.invert(to)), ...known)];
}

/** With an end of the brush moved to the next value that is there, further up or down. */
export function brushMoved(
  axis: ParallelAxis,
  brush: Brush | undefined,
  end: 'from' | 'to',
  up: boolean,
): Brush | null {
  const { stops } = axis;
  const inside = stops.flatMap(({ value }, place) =>
    brush === undefined || passes(value, brush) ? [place] : [],
  );
  const [from, to] = [inside[0] ?? 0, inside.at(-1) ?? stops.length - 1];
  const move = (place: number): number => place + (up ? 1 : -1);
  const next =
    end === 'from'
      ? [Math.max(0, Math.min(move(from), to)), to]
      : [from, Math.min(stops.length - 1, Math.max(move(to), from))];
  const [first, last] = [next[0]!, next[1]!];
  if (first === 0 && last === stops.length - 1) return null;
  if (axis.invert === null) return stops.slice(first, last + 1).map(({ value }) => String(value));
  return [Number(stops[first]!.value), Number(stops[last]!.value)];
}

function nearest({ stops }: ParallelAxis, place: number): ParallelAxis['stops'][number] {
  return stops.reduce((best, each) =>
    Math.abs(each.place - place) < Math.abs(best.place - place) ? each : best,
  );
}

/** A drag is no more exact than this. */
const rounded = (value: number): number => Number(value.toPrecision(4));
