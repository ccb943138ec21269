import type { ExcessEpoch } from '../../../common/contract/schemas.ts';
import type { ControlKind } from '../../../common/controls.ts';
import { prepared, type Connection } from '../database.ts';
import { share, type StoredRun } from './summaries.ts';

interface ExcessRow {
  epoch: number;
  kept: number;
  shed: string;
  control_shed: string;
}

const COLUMNS: Readonly<Record<ControlKind, string>> = { dense: 'control', 'previous-mask': 'previous_mask' };

/** Rows of the excess of `:run` over its control of a kind. */
function over(against: ControlKind): string {
  return `from excess where run = :run
    and excess.control = (select runs.${COLUMNS[against]} from runs where number = :run)`;
}

const EXCESS = 'select epoch, kept, shed, control_shed';

/** The excess after every epoch that both the run and its control of the kind have; empty without one. */
export function excessOf(database: Connection, run: StoredRun, against: ControlKind): ExcessEpoch[] {
  const rows = prepared(database, `${EXCESS} ${over(against)} order by epoch, layer`).all({
    run: run.number,
  }) as ExcessRow[];
  const epochs = new Map<number, ExcessRow[]>();
  for (const row of rows) {
    const known = epochs.get(row.epoch);
    if (known) known.push(row);
    else epochs.set(row.epoch, [row]);
  }
  return [...epochs].map(([epoch, layers]) => sumOf(epoch, layers, run.labels));
}

/** The excess after the last epoch that both have, by threshold; null where there is none. */
export function lastExcess(
  database: Connection,
  run: number,
  labels: readonly string[],
  against: ControlKind,
): Record<string, number> | null {
  const rows = prepared(
    database,
    `${EXCESS} ${over(against)} and epoch = (select max(epoch) ${over(against)})`,
  ).all({ run }) as ExcessRow[];
  return rows.length === 0 ? null : sumOf(rows[0]!.epoch, rows, labels).excess;
}

function sumOf(epoch: number, layers: readonly ExcessRow[], labels: readonly string[]): ExcessEpoch {
  const result: ExcessEpoch = { epoch, run: {}, control: {}, excess: {} };
  const counts = layers.map((row) => ({
    kept: row.kept,
    shed: JSON.parse(row.shed) as number[],
    control: JSON.parse(row.control_shed) as (number | null)[],
  }));
  const kept = total(counts, (row) => row.kept);
  labels.forEach((label, threshold) => {
    if (counts.some(({ control }) => control[threshold] === null)) return;
    const run = share(
      total(counts, ({ shed }) => shed[threshold]!),
      kept,
    );
    const control = share(
      total(counts, (row) => row.control[threshold]!),
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
