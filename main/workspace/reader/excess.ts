import type { Comparison, ExcessEpoch } from '../../../common/contract/schemas.ts';
import type { ControlKind } from '../../../common/controls.ts';
import { prepared, type Connection } from '../database.ts';
import type { EpochRange } from './levels.ts';
import { share } from './shares.ts';
import type { StoredRun } from './stored-run.ts';

interface ExcessRow {
  epoch: number;
  name: string;
  kept: number;
  shed: string;
  control_shed: string;
}

/** Of one layer, or of all: the weights that the run kept, and how many of them are shed in it and in its control. */
interface Counts {
  kept: number;
  shed: number[];
  control: (number | null)[];
}

const COLUMNS: Readonly<Record<ControlKind, string>> = { dense: 'control', 'previous-mask': 'previous_mask' };

/** Rows of the excess of `:run` over its control of a kind, from `excess` or `excess_totals`. */
export function over(against: ControlKind, table: 'excess' | 'excess_totals' = 'excess'): string {
  return `from ${table} as excess where run = :run
    and excess.control = (select runs.${COLUMNS[against]} from runs where number = :run)`;
}

/** The excess after the epochs that both the run and its control of the kind have; empty without one. */
export function excessOf(
  database: Connection,
  run: StoredRun,
  against: ControlKind,
  { from, to }: EpochRange = { from: 0, to: Number.MAX_SAFE_INTEGER },
): ExcessEpoch[] {
  const rows = prepared(
    database,
    `select epoch, (select name from layers where layers.id = excess.layer) as name, kept, shed, control_shed
     ${over(against)} and epoch between :from and :to order by epoch, layer`,
  ).all({ run: run.number, from, to }) as ExcessRow[];
  const epochs = new Map<number, ExcessRow[]>();
  for (const row of rows) {
    const known = epochs.get(row.epoch);
    if (known) known.push(row);
    else epochs.set(row.epoch, [row]);
  }
  return [...epochs].map(([epoch, layers]) => ({
    epoch,
    ...compared(layers.map(countsOf), run.labels),
    layers: layers.map((row) => ({
      name: row.name,
      kept: row.kept,
      ...compared([countsOf(row)], run.labels),
    })),
  }));
}

function countsOf({ kept, shed, control_shed }: Omit<ExcessRow, 'name'>): Counts {
  return {
    kept,
    shed: JSON.parse(shed) as number[],
    control: JSON.parse(control_shed) as (number | null)[],
  };
}

function compared(layers: readonly Counts[], labels: readonly string[]): Comparison {
  const result: Comparison = { run: {}, control: {}, excess: {} };
  const kept = total(layers, (counts) => counts.kept);
  labels.forEach((label, threshold) => {
    if (layers.some(({ control }) => control[threshold] === null)) return;
    const run = share(
      total(layers, ({ shed }) => shed[threshold]!),
      kept,
    );
    const control = share(
      total(layers, (counts) => counts.control[threshold]!),
      kept,
    );
    result.run[label] = run;
    result.control[label] = control;
    result.excess[label] = run - control;
  });
  return result;
}

function total<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0);
}

/** Ids of the runs that an epoch of a control of theirs gave an excess: those that have the epoch too. */
export function comparedWith(database: Connection, control: number, epoch: number): string[] {
  return prepared(
    database,
    `select id from excess_totals as excess join runs on runs.number = excess.run
     where excess.control = ? and excess.epoch = ? order by runs.number`,
  )
    .pluck()
    .all(control, epoch) as string[];
}
