import type { RunMarks } from '../../../common/contract/schemas.ts';
import { prepared, type Connection } from '../database.ts';
import type { RunRow } from './runs.ts';

/** Changes what a person noted of the runs; what is not named stays. */
export function markRuns(
  database: Connection,
  runs: readonly RunRow[],
  { addTags = [], removeTags = [], note, starred, binned }: RunMarks,
): void {
  for (const { number } of runs) {
    for (const tag of removeTags)
      prepared(database, 'delete from tags where run = ? and tag = ?').run(number, tag);
    for (const tag of addTags)
      prepared(database, 'insert or ignore into tags values (?, ?)').run(number, tag);
    if (note !== undefined)
      prepared(database, 'update runs set note = ? where number = ?').run(note === '' ? null : note, number);
    if (starred !== undefined)
      prepared(database, 'update runs set starred = ? where number = ?').run(Number(starred), number);
    if (binned !== undefined)
      prepared(database, 'update runs set binned_at = ? where number = ?').run(
        binned ? Date.now() : null,
        number,
      );
  }
}
