import type { RunSummary } from '../../../common/contract/schemas.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { maskSourceOf } from '../../base/mask-source.ts';
import { prepared, type Connection } from '../database.ts';

/** What a list tells of a run's specification. */
export interface RunFacts extends Pick<RunSummary, 'masks' | 'model' | 'optimizer' | 'criterion'> {
  labels: readonly string[];
  /** See RunSpecification. */
  dataHash: string | null;
}

/** Specifications never change, and numbers of runs are never used again: each is parsed once. */
const known = new WeakMap<Connection, Map<number, RunFacts>>();

/** Facts of the runs with the numbers. */
export function factsOf(database: Connection, numbers: readonly number[]): ReadonlyMap<number, RunFacts> {
  let facts = known.get(database);
  if (!facts) known.set(database, (facts = new Map()));
  const missing = numbers.filter((number) => !facts.has(number));
  if (missing.length === 0) return facts;
  const rows = prepared(
    database,
    'select number, seed, specification from runs where number in (select value from json_each(?))',
  )
    .raw()
    .iterate(JSON.stringify(missing)) as Iterable<[number: number, seed: number, specification: string]>;
  for (const [number, seed, text] of rows) {
    const specification = readSpecification(text);
    facts.set(number, {
      labels: specification.thresholds.map(thresholdLabel),
      masks: maskSourceOf(specification, seed),
      model: specification.model.name,
      optimizer: specification.optimizer.name,
      criterion: specification.pruning?.criterion.name ?? null,
      dataHash: specification.dataHash,
    });
  }
  return facts;
}
