import { groupNumber, groupRuns, type Group, type GroupKey } from '../../common/groups/groups.ts';
import { fieldText, SEEDS_FOLDED } from '../../common/groups/keys.ts';
import type { FieldSource } from '../../common/fields/field.ts';
import type { MeasureUnit } from '../../common/measures/measure.ts';
import { SPREADS, type Mean, type Spread } from '../../common/statistics/spread.ts';
import { armOf } from './list.ts';
import { decimal, percent, points, table } from './table.ts';

/** `cascade list --group`: means over the runs of each group. */

export interface GroupDocument {
  /** What its runs have in common, by key; several values where they have several. */
  group: Record<string, unknown>;
  /** Study and arm of its first run. */
  name: string;
  runs: string[];
  /** Runs that have not finished: they are in no mean. */
  unfinished: number;
  spread: Spread;
  measures: Record<string, (Mean & { missing: number }) | null>;
}

export function groupDocuments(
  sources: readonly FieldSource[],
  keys: readonly GroupKey[],
  measures: readonly GroupKey[],
  spread: Spread,
): GroupDocument[] {
  return groupRuns(sources, keys).map((group) => documentOf(group, keys, measures, spread));
}

function documentOf(
  { values, sources }: Group,
  keys: readonly GroupKey[],
  measures: readonly GroupKey[],
  spread: Spread,
): GroupDocument {
  const told = measures.map(
    (measure) => [fieldText(measure), groupNumber(sources, measure, spread)] as const,
  );
  return {
    group: Object.fromEntries(keys.map((key, index) => [fieldText(key), oneOrAll(values[index]!)])),
    name: armOf(sources[0]!.run),
    runs: sources.map(({ run }) => run.id),
    unfinished: sources.filter(({ run }) => run.state !== 'finished').length,
    spread,
    measures: Object.fromEntries(
      told.map(([name, { mean, missing }]) => [name, mean === null ? null : { ...mean, missing }]),
    ),
  };
}

function oneOrAll(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values.length === 0 ? null : values;
}

export function groupsText(
  documents: readonly GroupDocument[],
  keys: readonly GroupKey[],
  measures: readonly GroupKey[],
  spread: Spread,
): string {
  if (documents.length === 0) return 'No run is meant.';
  const shown = keys.filter(({ field }) => field.id !== SEEDS_FOLDED);
  const isFolded = shown.length < keys.length;
  const anyUnfinished = documents.some(({ unfinished }) => unfinished > 0);
  const rows = documents.map((document) => {
    const counts = Object.values(document.measures).flatMap((mean) => (mean === null ? [] : [mean.n]));
    const most = Math.max(0, ...counts);
    return [
      ...(isFolded ? [document.name] : []),
      ...shown.map((key) => textOf(document.group[fieldText(key)])),
      String(most),
      ...(anyUnfinished ? [document.unfinished === 0 ? '' : String(document.unfinished)] : []),
      ...measures.map((measure) => {
        const mean = document.measures[fieldText(measure)] ?? null;
        const text = meanText(mean, measure.field.unit, spread);
        return mean === null || mean.n === most ? text : `${text} (n = ${mean.n})`;
      }),
    ];
  });
  const columns = [
    ...(isFolded ? [{ title: 'study / arm (seeds folded)' }] : []),
    ...shown.map((key) => ({ title: fieldText(key) })),
    { title: 'n', number: true },
    ...(anyUnfinished ? [{ title: 'unfinished, in no mean', number: true }] : []),
    ...measures.map((measure) => ({ title: headingOf(measure), number: true })),
  ];
  return `${table(columns, rows)}\n\nMean over n runs, with ${spread === 'bootstrap' ? 'its ' : 'one '}${SPREADS[spread].title}.`;
}

function headingOf({ field, threshold }: GroupKey): string {
  const name = field.each === undefined ? field.title : `${field.title} ${threshold}`;
  return field.of === undefined ? name : `${name}, of ${field.of}`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** '95.6% ± 0.5', or '95.6% [95.1, 96.0]' of an interval that need not lie alike on both sides. */
export function meanText(mean: Mean | null, unit: MeasureUnit | undefined, spread: Spread): string {
  if (mean === null) return '–';
  const whole = inUnit(mean.mean, unit);
  if (mean.low === null || mean.high === null) return whole;
  if (spread === 'bootstrap') return `${whole} [${bare(mean.low, unit)}, ${bare(mean.high, unit)}]`;
  return `${whole} ± ${bare(mean.high - mean.mean, unit)}`;
}

function inUnit(value: number, unit: MeasureUnit | undefined): string {
  if (unit === 'share') return percent(value, 2);
  return unit === 'points' ? points(value, 2) : decimal(value);
}

function bare(value: number, unit: MeasureUnit | undefined): string {
  return unit === 'share' || unit === 'points' ? (value * 100).toFixed(2).replace('-', '−') : decimal(value);
}
