import { MEASURES } from '../../../../common/measures/registry.ts';
import type { Measure, MeasureLevel } from '../../../../common/measures/measure.ts';
import { STORED_IDEAS, type StoredIdea, type StoredKey } from '../../../../common/measures/stored.ts';
import type { SqlColumn, SqlView } from '../../../../common/sql/schema.ts';

/** A column, and the SQL that it is. */
export interface ViewColumn extends SqlColumn {
  sql: string;
}

/** A view over the tables of a workspace. It is made for a connection that only reads, and never stored. */
export interface View extends Omit<SqlView, 'columns'> {
  columns: readonly ViewColumn[];
  /** What follows `from`. Tables are named with `main.`, so that no view stands in for one. */
  from: string;
}

export function column(name: string, type: SqlColumn['type'], sql: string, definition: string): ViewColumn {
  return { name, type, sql, definition };
}

/** A count from a function of the connection, whose numbers are no integers to SQLite. */
export function whole(sql: string): string {
  return `cast(${sql} as integer)`;
}

/** The column that names the run, of a view whose rows have a `run`. */
export const RUN = column('run', 'text', 'run.id', 'Id of the run.');
export const EPOCH = column(
  'epoch',
  'integer',
  'epoch.epoch',
  'The epoch after which it stood so; 0 is the initial state.',
);

/** Milliseconds as a date that sorts and that SQLite's date functions read. */
export function time(name: string, milliseconds: string, definition: string): ViewColumn {
  return column(
    name,
    'text',
    `strftime('%Y-%m-%dT%H:%M:%fZ', ${milliseconds} / 1000.0, 'unixepoch')`,
    `${definition} UTC, such as 2026-02-01T12:00:00.000Z.`,
  );
}

/** The ladder of thresholds of the row `run`: `threshold` has the place, and the definition as JSON. */
export const LADDER = `join json_each(run.specification, '$.thresholds') as threshold`;
export const THRESHOLD = column(
  'threshold',
  'text',
  'threshold_label(threshold.value)',
  "Label of the threshold, such as '1e-4', or '1e-3σ' for one relative to a layer's σ.",
);
const AT_THRESHOLD: Pick<StoredKey, 'threshold'> = { threshold: 'threshold.key' };

/** Ideas that need no threshold, each a column of its own. */
const PLAIN_IDEAS = STORED_IDEAS.filter((idea) => idea !== 'without_shed');

/** Measures of a level that are one number, or one for each idea that needs no threshold. */
export function measured(level: 'epoch' | 'layer' | 'class'): ViewColumn[] {
  return columnsOf(level, (measure) => {
    if (measure.each === undefined) return [{ name: measure.column, idea: 'masked' }];
    if (measure.each === 'threshold') return [];
    return PLAIN_IDEAS.map((idea) => ({ name: `${measure.column}_${idea}`, idea }));
  });
}

/** Measures of a level at the row `threshold`. */
export function measuredAtThreshold(level: 'epoch' | 'layer'): ViewColumn[] {
  return columnsOf(level, (measure) => {
    if (measure.each === undefined) return [];
    const isIdea = measure.each === 'idea';
    const name = isIdea ? `${measure.column}_without_shed` : measure.column;
    return [{ name, idea: isIdea ? 'without_shed' : 'masked' }];
  });
}

/** Measures of a run: those of its last epoch, and those of a run alone. */
export function measuredOfRuns(atThreshold: boolean): ViewColumn[] {
  const told = (MEASURES as readonly Measure[]).filter(({ run }) => run !== undefined);
  const columns = atThreshold ? measuredAtThreshold('epoch') : measured('epoch');
  const own = atThreshold ? [] : columnsOf('run', ({ column }) => [{ name: column, idea: 'masked' }]);
  return [...columns.filter(({ name }) => told.some(({ column: known }) => known === name)), ...own];
}

function columnsOf(
  level: MeasureLevel,
  names: (measure: Measure) => { name: string; idea: StoredIdea }[],
): ViewColumn[] {
  return (MEASURES as readonly Measure[]).flatMap((measure) => {
    const stored = measure.stored[level];
    if (stored === undefined) return [];
    return names(measure).map(({ name, idea }): ViewColumn => ({
      name,
      type: measure.unit === 'count' && measure.each === undefined ? 'integer' : 'real',
      sql: stored({ ...AT_THRESHOLD, idea }),
      definition: measure.each === 'idea' ? `${measure.definition} ${IDEAS[idea]}` : measure.definition,
      unit: measure.unit,
      ...(measure.of === undefined ? {} : { of: measure.of }),
    }));
  });
}

const IDEAS: Readonly<Record<StoredIdea, string>> = {
  dense: 'Of the dense network.',
  masked: 'Without pruned weights.',
  without_shed: 'Without pruned weights and those shed at the threshold; not exact.',
  without_inert: 'Without pruned and inert weights; exact.',
  compacted: 'After physical compaction; exact.',
};
