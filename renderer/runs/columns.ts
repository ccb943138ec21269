import type { FieldCatalogue } from '../../common/fields/catalogue.ts';
import type { Field, FieldSource } from '../../common/fields/field.ts';
import { SPREADS, type Spread } from '../../common/statistics/spread.ts';
import { thresholdKey } from '../../common/thresholds.ts';
import { measureOf } from '../format/fields.ts';
import { shedLabel } from '../format/numbers.ts';

/** A column of the table: a field, at a threshold of its own where one is written. */
export interface Column {
  /** As the address has it: 'shed(1e-3)', without the width. */
  id: string;
  field: Field;
  /** Null for the threshold that is shown everywhere. */
  threshold: string | null;
  /** In pixels, where a person chose it. */
  width: number | null;
}

/** Columns of single runs, until a person chooses others. */
export const RUN_COLUMNS = 'study,arm,seed,state,epochsDone,testAccuracy,pruned,shed,excess';
/** Columns of groups; what they have in common stands before them. */
export const GROUP_COLUMNS = 'testAccuracy,accuracyOverControl,shed,controlShed,excess';
/** Keys that differ become columns by themselves, so many of them. */
export const MOST_BY_THEMSELVES = 3;

export const LEAST_WIDTH = 44;
export const MOST_WIDTH = 800;

/** Reads 'arm,shed(1e-3):120'; what is no field is left out. */
export function readColumns(text: string, catalogue: FieldCatalogue): Column[] {
  const columns = new Map<string, Column>();
  for (const part of text.split(',')) {
    const [, name, written, width] = /^([^():]+)(?:\(([^()]*)\))?(?::(\d+))?$/.exec(part) ?? [];
    if (name === undefined) continue;
    const found = catalogue.find(name);
    const threshold = written === undefined ? null : thresholdKey(written);
    if ('problem' in found || (written !== undefined && (threshold === null || !found.field.each))) continue;
    const column = columnOf(found.field, threshold);
    columns.set(column.id, {
      ...column,
      width: width === undefined ? null : Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Number(width))),
    });
  }
  return [...columns.values()];
}

export function columnOf(field: Field, threshold: string | null = null): Column {
  const id = threshold === null ? field.id : `${field.id}(${threshold})`;
  return { id, field, threshold, width: null };
}

export function writeColumns(columns: readonly Column[]): string {
  return columns.map(({ id, width }) => (width === null ? id : `${id}:${width}`)).join(',');
}

/** The settings of some runs: those that differ among them, and those that all have alike. */
export interface ComparedSettings {
  /** Those with fewest values first. */
  differing: Field[];
  equal: { field: Field; source: FieldSource }[];
}

/**
 * A setting differs where runs that have it have several values of it. One that only some of them have, such as every setting
 * of pruning beside a control, neither differs for that nor is it equal for all.
 */
export function compareSettings(
  catalogue: FieldCatalogue,
  sources: readonly FieldSource[],
): ComparedSettings {
  // Runs of one specification have the same: each specification is asked once.
  const asked = [...new Map(sources.map((source) => [source.run.hash, source])).values()];
  const differing: { field: Field; values: number }[] = [];
  const equal: ComparedSettings['equal'] = [];
  for (const field of catalogue.fields) {
    if (field.kind !== 'setting') continue;
    const values = new Set<string>();
    let having = 0;
    for (const source of asked) {
      const told = field.values(source, '');
      if (told.length === 0) continue;
      having += 1;
      values.add(told.length === 1 ? String(told[0]) : JSON.stringify(told));
    }
    if (values.size > 1) differing.push({ field, values: values.size });
    else if (values.size === 1 && having === asked.length) equal.push({ field, source: asked[0]! });
  }
  differing.sort((one, other) => one.values - other.values);
  return { differing: differing.map(({ field }) => field), equal };
}

/** Numbers stand at the right; the progress is a bar. */
export function isNumber(field: Field): boolean {
  return field.type === 'number' && field.id !== 'epochsDone';
}

/** A column's words: what a share is of, or, of groups, what the spread is. */
export interface ColumnFace {
  heading: string;
  below?: string;
  quantity?: ReturnType<typeof measureOf>;
  /** CSS pixels that it needs, and whether it takes what is left. */
  least: number;
  grows: boolean;
}

const HEADINGS: Readonly<Record<string, string>> = { epochsDone: 'Progress' };
const GROWING: Readonly<Record<string, number>> = {
  arm: 136,
  study: 72,
  epochsDone: 92,
  note: 100,
  tag: 80,
};
const LEAST: Readonly<Record<string, number>> = {
  seed: 38,
  state: 92,
  testAccuracy: 68,
  pruned: 58,
  shed: 92,
  excess: 88,
  priority: 60,
};

/** @param spread of groups; null where each row is a run */
export function faceOf(
  { field, threshold, width }: Column,
  shown: string,
  spread: Spread | null,
): ColumnFace {
  const measure = measureOf(field);
  const heading =
    field.id === 'shed'
      ? shedLabel(threshold ?? shown)
      : `${HEADINGS[field.id] ?? field.title}${field.each ? ` ${threshold ?? ''}`.trimEnd() : ''}`;
  const isMean = spread !== null && measure !== undefined;
  const below = isMean ? `mean ${SPREADS[spread].short}` : shareOf(measure?.of);
  // A setting's whole key can be long.
  const words = Math.min(170, 18 + 6.4 * heading.length);
  const least = isMean
    ? Math.max(spread === 'bootstrap' ? 150 : measure.unit === 'points' ? 112 : 102, words)
    : (LEAST[field.id] ?? Math.max(64, words));
  return {
    heading,
    ...(below === undefined ? {} : { below }),
    ...(measure ? { quantity: measure } : {}),
    least: width ?? GROWING[field.id] ?? least,
    grows: width === null && field.id in GROWING,
  };
}

/** 'of kept weights' without the word that all columns have. */
function shareOf(of: string | undefined): string | undefined {
  if (of === undefined || of === 'test images') return undefined;
  return `of ${of.replace(/^(all|kept) (prunable )?weights$/, '$1').replace('weights that the run keeps', 'kept')}`;
}

export function trackOf({ least, grows }: ColumnFace): string {
  return grows ? `minmax(${least}px, 1fr)` : `${least}px`;
}
