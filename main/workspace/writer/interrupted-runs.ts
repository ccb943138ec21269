import { prepared, type Connection } from '../database.ts';
import { lastEpoch } from './epochs.ts';
import { insertEvent } from './runs.ts';

/** Runs that nobody trains any more. They ended, as far as anybody knows, with their last stored epoch. */
export function interruptRuns(database: Connection): void {
  const runs = prepared(
    database,
    `select number, state, coalesce((select max(recorded_at) from epochs where run = number), started_at, created_at)
       as ended from runs where state in ('queued', 'running', 'paused')`,
  ).all() as { number: number; state: string; ended: number }[];
  const interrupt = prepared(
    database,
    "update runs set state = 'interrupted', reason = ?, ended_at = ? where number = ?",
  );
  database
    .transaction(() => {
      for (const { number, state, ended } of runs) {
        const epoch = lastEpoch(database, number);
        const reason = `Cascade Lab ended while this run was ${state}${epoch === null ? '' : `, after epoch ${epoch}`}.`;
        interrupt.run(reason, ended, number);
        insertEvent(database, number, { kind: 'interrupted', epoch, message: reason, data: { state } });
      }
    })
    .immediate();
}
