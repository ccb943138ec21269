import { CascadeError } from '../../../common/errors.ts';
import type { CheckpointFiles, CheckpointRow } from '../checkpoint-files.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { CheckpointWishes, StoredCheckpoint } from '../messages.ts';
import { TRUNK_CHECKPOINTS } from './summaries.ts';
import type { StoredRun } from './stored-run.ts';

/** The checkpoint after an epoch; CHECKPOINT_CORRUPT where its file is missing or is not what was written. */
export function checkpointAt(
  database: Connection,
  files: CheckpointFiles,
  run: StoredRun,
  epoch: number,
): StoredCheckpoint {
  const own = rowsOf(database, run).find((candidate) => candidate.epoch === epoch);
  const shared = own ? undefined : trunkRow(database, run, epoch);
  const row = own ?? shared;
  if (!row) throw notFound(`checkpoint of the run ${run.id} after epoch ${epoch}`);
  const owner = shared?.trunk ?? run.id;
  const bytes = files.read(owner, row);
  if (!bytes) throw damaged(database, owner, row);
  return { epoch, bytes };
}

/** Only of a run that has come to its end every checkpoint is looked at when it is resumed. */
function damaged(database: Connection, owner: string, { epoch, file }: CheckpointRow): CascadeError {
  const state = prepared(database, 'select state from runs where id = ?').pluck().get(owner);
  const advice =
    state === 'finished'
      ? `\`cascade resume ${owner}\` trains it again from the one before.`
      : `once the run has come to its end, \`cascade resume ${owner}\` trains it again.`;
  return new CascadeError(
    'CHECKPOINT_CORRUPT',
    `The checkpoint after epoch ${epoch} (${file}) of the run ${owner} is damaged or missing: ${advice}`,
  );
}

/** Whether a checkpoint of the run's own is what was written. */
export function isIntact(
  database: Connection,
  files: CheckpointFiles,
  run: StoredRun,
  epoch: number,
): boolean {
  const row = rowsOf(database, run).find((candidate) => candidate.epoch === epoch);
  return row !== undefined && files.read(run.id, row) !== null;
}

/** Epochs of the run's own checkpoints whose files are gone, or have another size; their content is not read. */
export function missingCheckpoints(database: Connection, files: CheckpointFiles, run: StoredRun): number[] {
  return rowsOf(database, run)
    .filter((row) => !files.isThere(run.id, row))
    .map(({ epoch }) => epoch);
}

/** The newest checkpoint that is intact, of epochs before one where that is given, or null where there is none. */
export function lastCheckpoint(
  database: Connection,
  files: CheckpointFiles,
  run: StoredRun,
  before = Infinity,
): StoredCheckpoint | null {
  for (const row of rowsOf(database, run).reverse()) {
    if (row.epoch >= before) continue;
    const bytes = files.read(run.id, row);
    if (bytes) return { epoch: row.epoch, bytes };
  }
  return null;
}

/** When a run has to save its weights for those that asked for it, and for those that leave it. */
export function checkpointWishes(database: Connection, run: StoredRun): CheckpointWishes {
  const every = prepared(database, 'select checkpoint_every from runs where number = ?')
    .pluck()
    .get(run.number) as number | null;
  const leaving = prepared(database, 'select trunk_epoch, trunk_rewind from runs where trunk = ?').all(
    run.number,
  ) as { trunk_epoch: number | null; trunk_rewind: number | null }[];
  const epochs = leaving.flatMap((row) => [row.trunk_epoch, row.trunk_rewind]);
  return { every, epochs: [...new Set(epochs.filter((epoch) => epoch !== null))].sort((a, b) => a - b) };
}

/** The checkpoint of the trunk after an epoch that the run was given. */
function trunkRow(
  database: Connection,
  run: StoredRun,
  epoch: number,
): (CheckpointRow & { trunk: string }) | undefined {
  return prepared(
    database,
    `select * from (${TRUNK_CHECKPOINTS}) where epoch = :epoch order by depth limit 1`,
  ).get({
    run: run.number,
    epoch,
  }) as (CheckpointRow & { trunk: string }) | undefined;
}

/** Rows of the run's own checkpoints, in order. */
export function rowsOf(database: Connection, run: StoredRun): CheckpointRow[] {
  return prepared(
    database,
    'select epoch, file, size, sha256 from checkpoints where run = ? order by epoch',
  ).all(run.number) as CheckpointRow[];
}
