import type { Field, FieldSource, FieldValue } from '../fields/field.ts';
import { meanOf, type Mean, type Spread } from '../statistics/spread.ts';

/** A field that groups have in common, at a threshold where it is told at several. */
export interface GroupKey {
  field: Field;
  threshold: string;
}

export interface Group {
  /** Of its values; the same for the same values whatever the runs. */
  id: string;
  /** What its runs have in common, by key; empty where they have nothing there. */
  values: (readonly FieldValue[])[];
  sources: FieldSource[];
}

/** Runs by what they have in common, in the order in which the first of each comes. */
export function groupRuns(sources: readonly FieldSource[], keys: readonly GroupKey[]): Group[] {
  const groups = new Map<string, Group>();
  for (const source of sources) {
    const values = keys.map(({ field, threshold }) => field.values(source, threshold));
    const id = JSON.stringify(values);
    const group = groups.get(id);
    if (group) group.sources.push(source);
    else groups.set(id, { id, values, sources: [source] });
  }
  return [...groups.values()];
}

/** A measure over the runs of a group. Runs that have not finished are counted, never mixed in. */
export interface GroupNumber {
  /** Null where no finished run has the number. */
  mean: Mean | null;
  /** Numbers of the finished runs, with their seeds. */
  numbers: { id: string; seed: number; value: number }[];
  unfinished: number;
  /** Finished runs that have no such number. */
  missing: number;
}

/** @param field of type number, or time */
export function groupNumber(
  sources: readonly FieldSource[],
  { field, threshold }: GroupKey,
  spread: Spread,
): GroupNumber {
  const finished = sources.filter(({ run }) => run.state === 'finished');
  const numbers = finished.flatMap((source) => {
    const [value] = field.values(source, threshold);
    return typeof value === 'number' ? [{ id: source.run.id, seed: source.run.seed, value }] : [];
  });
  return {
    mean: meanOf(
      numbers.map(({ value }) => value),
      spread,
    ),
    numbers,
    unfinished: sources.length - finished.length,
    missing: finished.length - numbers.length,
  };
}
