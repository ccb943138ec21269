import { decodeRuns } from '../../common/codec/run-frames.ts';
import { Specifications } from '../../common/codec/specifications.ts';
import { CascadeError } from '../../common/errors.ts';
import type { FieldSource } from '../../common/fields/field.ts';
import { chooseRuns, queryable, type Queryable } from '../../common/query/choose.ts';
import { QueryError } from '../../common/query/tokens.ts';
import type { CascadeClient } from '../api/router.ts';

/** All runs with their specifications. */
export async function readQueryable(client: CascadeClient): Promise<Queryable> {
  const [runs, frame] = await Promise.all([client.runs.list(), client.runs.specifications()]);
  const specifications = new Specifications();
  specifications.add(frame);
  return queryable(decodeRuns(runs), specifications);
}

/** The runs that a query means. @throws CascadeError INVALID that shows the place of a mistake */
export function chosenRuns(all: Queryable, query: string, threshold: string): FieldSource[] {
  try {
    return chooseRuns(all, query, threshold);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const mark = `${' '.repeat(error.from)}${'^'.repeat(Math.max(1, error.to - error.from))}`;
    throw new CascadeError('INVALID', `${error.message}\n  ${query}\n  ${mark}`);
  }
}
