import { maskSourceOf } from '../../base/mask-source.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';

interface Row {
  number: number;
  id: string;
  control: number | null;
  previous_mask: number | null;
  trunk: number | null;
  seed: number;
  specification: string;
}

/**
 * Runs with those that they need to be whole elsewhere: the controls that they are compared with, and with `trunks` the runs that
 * trained their first epochs or gave their masks. In the order in which the workspace has them.
 */
export function withNeeded(database: Connection, numbers: readonly number[], trunks: boolean): number[] {
  const chosen = new Set<number>();
  const open = [...numbers];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (chosen.has(next)) continue;
    chosen.add(next);
    const run = rowOf(database, next);
    const needed = [run.control, run.previous_mask, ...(trunks ? [run.trunk, maskRun(database, run)] : [])];
    open.push(...needed.filter((number) => number !== null));
  }
  return [...chosen].sort((one, other) => one - other);
}

function rowOf(database: Connection, number: number): Row {
  return prepared(
    database,
    'select number, id, control, previous_mask, trunk, seed, specification from runs where number = ?',
  ).get(number) as Row;
}

/** The run whose masks a run takes, where the workspace has it. */
function maskRun(database: Connection, { seed, specification }: Row): number | null {
  const source = maskSourceOf(readSpecification(specification), seed);
  if (source === null) return null;
  const number = prepared(database, 'select number from runs where id = ?').pluck().get(source.id);
  return (number as number | undefined) ?? null;
}
