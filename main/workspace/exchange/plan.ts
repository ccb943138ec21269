import type { ImportedRun } from '../../../common/contract/exchange-schemas.ts';
import { Specifications } from '../../../common/codec/specifications.ts';
import { CascadeError } from '../../../common/errors.ts';
import { chooseRuns, queryable } from '../../../common/query/choose.ts';
import { QueryError } from '../../../common/query/tokens.ts';
import { SHOWN_THRESHOLD } from '../../../common/thresholds.ts';
import { prepared, type Connection } from '../database.ts';
import { specificationFrame } from '../reader/specifications.ts';
import { listRuns } from '../reader/summaries.ts';
import { compareRuns } from './compare-runs.ts';
import { withNeeded } from './needed-runs.ts';
import type { Work } from './shared-progress.ts';
import type { Source } from './source.ts';

/** Which runs of a source are meant. */
export interface Wanted {
  /** A query over them; all, but for those in the bin, where it is empty. */
  where: string;
  trunks: boolean;
}

/**
 * What becomes of each run of a source that is meant, and of those that they need. Nothing is written.
 *
 * @throws CascadeError INVALID for a query that cannot be read
 */
export function planImport(
  source: Source,
  target: Connection,
  { where, trunks }: Wanted,
  work: Work,
): ImportedRun[] {
  const chosen = chosenNumbers(source, where);
  const asked = new Set(chosen);
  const numbers = withNeeded(source.database, chosen, trunks);
  work.expect(numbers.length);
  return numbers.map((number) => {
    const { id, state, epochs, study, arm } = prepared(
      source.database,
      `select id, state, (select count(*) from epochs where run = number) as epochs,
         (select min(study) from memberships where run = number) as study,
         (select min(arm) from memberships where run = number) as arm
       from runs where number = ?`,
    ).get(number) as { id: string; state: string; epochs: number; study: string | null; arm: string | null };
    const here = prepared(target, 'select number from runs where id = ?').pluck().get(id) as
      number | undefined;
    const standing =
      here === undefined
        ? { kind: 'new' as const }
        : compareRuns({ database: target, number: here }, { database: source.database, number });
    work.did();
    return {
      id,
      study: study ?? '',
      arm: arm ?? '',
      state,
      epochs,
      needed: !asked.has(number),
      standing: standing.kind,
      difference: standing.kind === 'differs' ? standing.what : null,
    };
  });
}

function chosenNumbers(source: Source, where: string): number[] {
  const { database } = source;
  const runs = listRuns(database, {});
  const numberOf = (id: string): number =>
    prepared(database, 'select number from runs where id = ?').pluck().get(id) as number;
  if (where.trim() === '' && source.asked !== null) {
    const known = new Set(runs.map(({ id }) => id));
    return source.asked.filter((id) => known.has(id)).map(numberOf);
  }
  const specifications = new Specifications();
  specifications.add(specificationFrame(database, undefined));
  try {
    return chooseRuns(queryable(runs, specifications), where, SHOWN_THRESHOLD).map(({ run }) =>
      numberOf(run.id),
    );
  } catch (error) {
    if (error instanceof QueryError)
      throw new CascadeError('INVALID', `The query '${where}' cannot be read: ${error.message}`);
    throw error;
  }
}
