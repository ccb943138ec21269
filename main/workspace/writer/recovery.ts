import type { CheckpointFiles } from '../checkpoint-files.ts';
import { prepared, type Connection } from '../database.ts';
import { lastEpoch } from './epochs.ts';
import { insertEvent } from './runs.ts';

/** Puts right what a process that ended in the middle of something left behind. */
export function recover(database: Connection, files: CheckpointFiles): void {
  interruptRuns(database);
  const rows = prepared(
    database,
    'select id, file from checkpoints join runs on runs.number = checkpoints.run',
  ).all() as { id: string; file: string }[];
  const known = new Map<string, Set<string>>();
  for (const { id, file } of rows) {
    const names = known.get(id) ?? new Set();
    known.set(id, names.add(file));
  }
  files.removeOrphans(known);
}

/** Runs that nobody trains any more. They ended, as far as anybody knows, with their last stored epoch. */
function interruptRuns(database: Connection): void {
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
