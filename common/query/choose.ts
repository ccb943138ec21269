import type { Specifications } from '../codec/specifications.ts';
import type { RunSummary } from '../contract/schemas.ts';
import { FieldCatalogue } from '../fields/catalogue.ts';
import type { FieldSource } from '../fields/field.ts';
import { compileQuery } from './compile.ts';

/** The runs of a workspace as queries see them. */
export interface Queryable {
  sources: FieldSource[];
  catalogue: FieldCatalogue;
}

/** @param specifications of all the runs */
export function queryable(runs: readonly RunSummary[], specifications: Specifications): Queryable {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return {
    sources: runs.map((run) => ({
      run,
      setting: (key) => specifications.setting(run.hash, key),
      control: () => (run.control === null ? undefined : byId.get(run.control)),
    })),
    catalogue: new FieldCatalogue(specifications.settings()),
  };
}

/** Those that a query means, in their order; none of the bin. @throws QueryError */
export function chooseRuns(
  { sources, catalogue }: Queryable,
  query: string,
  threshold: string,
): FieldSource[] {
  const isMeant = compileQuery(query, { catalogue, threshold });
  return sources.filter((source) => source.run.binnedAt === null && isMeant(source));
}
