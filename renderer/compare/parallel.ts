import { differing } from '../../common/groups/differing.ts';
import type { Field, FieldSource, FieldValue } from '../../common/fields/field.ts';
import { groupNumber } from '../../common/groups/groups.ts';
import { fieldText } from '../format/fields.ts';

/** An axis of parallel coordinates, from bottom (0) to top (1). */
export interface ParallelAxis {
  field: Field;
  title: string;
  ticks: { place: number; text: string }[];
  /** [groups] Null where a group has nothing there. */
  places: (number | null)[];
  /** [groups] Numbers, or words, likewise. */
  values: (number | string | null)[];
  /** All different values, from bottom to top, each with its place: where the ends of a brush can be. */
  stops: readonly { place: number; value: number | string; text: string }[];
  /** What a brush reaches to at a place, where it is a number. */
  invert: ((place: number) => number) | null;
  /** [groups] */
  texts: string[];
}

interface Members {
  sources: readonly FieldSource[];
}

const MOST_TICKS = 5;

/** Settings in which the groups differ, then the measures; a measure is the mean over a group's finished runs. */
export function parallelAxes(
  groups: readonly Members[],
  fields: readonly Field[],
  measures: readonly Field[],
  threshold: string,
): ParallelAxis[] {
  const first = groups.flatMap(({ sources }) => sources.slice(0, 1));
  const settings = differing(
    fields.filter(({ kind }) => kind === 'setting'),
    first,
    threshold,
  );
  // What all groups that have it have alike tells none from another.
  const tells = ({ places }: ParallelAxis): boolean =>
    new Set(places.filter((place) => place !== null)).size > 1;
  return [
    ...settings
      .map((field) =>
        axisOf(
          field,
          field.title,
          groups.map((group) => commonValue(field, group, threshold)),
        ),
      )
      .filter(tells),
    ...measures.map((field) =>
      axisOf(
        field,
        field.each === undefined ? field.title : `${field.title} ≤ ${threshold}`,
        groups.map(({ sources }) => groupNumber(sources, { field, threshold }, 'sd').mean?.mean ?? null),
      ),
    ),
  ].filter(({ places }) => places.some((place) => place !== null));
}

/** What all runs of a group have; null where they differ, or have nothing. */
function commonValue(field: Field, { sources }: Members, threshold: string): FieldValue | null {
  const values = new Set(sources.map((source) => JSON.stringify(field.values(source, threshold))));
  const found = values.size === 1 ? field.values(sources[0]!, threshold) : [];
  return found.length === 1 ? found[0]! : found.length === 0 ? null : found.join(', ');
}

function axisOf(field: Field, title: string, values: readonly (FieldValue | null)[]): ParallelAxis {
  const text = (value: FieldValue): string => fieldText(field, [value]);
  const texts = values.map((value) => (value === null ? '–' : text(value)));
  const known = values.filter((value) => value !== null);
  if (known.every((value) => typeof value === 'number')) {
    const [low, high] = [Math.min(...known), Math.max(...known)];
    // Settings such as rates go over orders of magnitude.
    const isLog = low > 0 && high / low >= 50;
    const bent = isLog ? Math.log : (value: number): number => value;
    const straight = isLog ? Math.exp : (value: number): number => value;
    const at = (value: number): number =>
      low === high ? 0.5 : (bent(value) - bent(low)) / (bent(high) - bent(low));
    const different = [...new Set(known)].sort((one, other) => one - other);
    const marks = different.length <= MOST_TICKS ? different : [low, high];
    return {
      field,
      title,
      ticks: marks.map((value) => ({ place: at(value), text: text(value) })),
      places: values.map((value) => (typeof value === 'number' ? at(value) : null)),
      values: values.map((value) => (typeof value === 'number' ? value : null)),
      stops: different.map((value) => ({ place: at(value), value, text: text(value) })),
      invert: (place) => straight(bent(low) + place * (bent(high) - bent(low))),
      texts,
    };
  }
  const names = [...new Set(known.map(String))].sort();
  const at = (name: string): number => (names.length === 1 ? 0.5 : names.indexOf(name) / (names.length - 1));
  return {
    field,
    title,
    ticks: names.length <= 12 ? names.map((name) => ({ place: at(name), text: name })) : [],
    places: values.map((value) => (value === null ? null : at(String(value)))),
    values: values.map((value) => (value === null ? null : String(value))),
    stops: names.map((name) => ({ place: at(name), value: name, text: name })),
    invert: null,
    texts,
  };
}

/** The axes in the order of a list of their fields' ids; those that it does not name follow as they were. */
export function inOrder(axes: readonly ParallelAxis[], order: readonly string[]): ParallelAxis[] {
  const place = ({ field }: ParallelAxis): number => {
    const found = order.indexOf(field.id);
    return found < 0 ? order.length : found;
  };
  return [...axes].sort((one, other) => place(one) - place(other));
}

/** The order of the axes with one of them moved to a place. */
export function withMovedAxis(axes: readonly ParallelAxis[], from: number, to: number): string[] {
  const ids = axes.map(({ field }) => field.id);
  const [moved] = ids.splice(from, 1);
  if (moved !== undefined) ids.splice(Math.max(0, Math.min(ids.length, to)), 0, moved);
  return ids;
}
