import { CascadeError } from '../../../common/errors.ts';
import type { CheckpointFiles, CheckpointRow } from '../checkpoint-files.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { CheckpointWishes, StoredCheckpoint } from '../messages.ts';
import { TRUNK_CHECKPOINTS, type StoredRun } from './summaries.ts';

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
  const bytes = files.read(shared?.trunk ?? run.id, row);
  if (!bytes)
    throw new CascadeError(
      'CHECKPOINT_CORRUPT',
      `The checkpoint ${row.file} of the run ${run.id} is damaged or missing: use another epoch's, or resume the run ` +
        'from an earlier one, which writes it again.',
    );
  return { epoch, bytes };
}

/** The newest checkpoint that is intact, or null where there is none. */
export function lastCheckpoint(
  database: Connection,
  files: CheckpointFiles,
  run: StoredRun,
): StoredCheckpoint | null {
  for (const row of rowsOf(database, run).reverse()) {
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

function rowsOf(database: Connection, run: StoredRun): CheckpointRow[] {
  return prepared(
    database,
    'select epoch, file, size, sha256 from checkpoints where run = ? order by epoch',
  ).all(run.number) as CheckpointRow[];
}
