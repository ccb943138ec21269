import { readSpecification, type RunSpecification } from '../../../common/run-specification.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';

/** A run as stored, with its specification parsed. */
export interface StoredRun {
  number: number;
  id: string;
  specification: RunSpecification;
  /** Labels of its ladder of thresholds. */
  labels: string[];
}

/** The run with the id. @throws CascadeError NOT_FOUND */
export function requireStored(database: Connection, id: string): StoredRun {
  const row = prepared(database, 'select number, specification from runs where id = ?').get(id) as
    { number: number; specification: string } | undefined;
  if (!row) throw notFound(`run '${id}'`);
  const specification = readSpecification(row.specification);
  return { number: row.number, id, specification, labels: specification.thresholds.map(thresholdLabel) };
}
