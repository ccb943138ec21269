import { CascadeError } from '../../../common/errors.ts';
import type { CheckpointFiles, CheckpointRow } from '../checkpoint-files.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { CheckpointWishes, StoredCheckpoint } from '../messages.ts';
import type { StoredRun } from './stored-run.ts';

/**
 * Checkpoints of the trunk that are the run's too, and of the trunk's own trunk: of the epochs that it was given, and has
 * no others of. Of an epoch that several have, that of the least depth is the run's.
 */
const TRUNK_CHECKPOINTS = `
  with recursive stems (run, stem, last, depth) as (
    select number, trunk, trunk_epoch, 1 from runs where number = :run
    union all
    select runs.number, runs.trunk, min(stems.last, runs.trunk_epoch), stems.depth + 1
    from stems join runs on runs.number = stems.stem
    where exists (select 1 from events where events.run = stems.run and kind = 'branched')
  )
  select owner.id as trunk, depth, given.epoch, given.file, given.size, given.sha256
  from stems join runs as owner on owner.number = stems.stem join checkpoints as given on given.run = stems.stem
  where given.epoch <= stems.last
    and exists (select 1 from events where events.run = stems.run and kind = 'branched')
    and exists (select 1 from epochs where epochs.run = :run and epochs.epoch = given.epoch)
    and not exists (select 1 from checkpoints as own where own.run = :run and own.epoch = given.epoch)`;

/** Epochs of which the run has a checkpoint, its own or its trunk's, in order. */
export function checkpointEpochs(database: Connection, { number: run }: StoredRun): number[] {
  return prepared(
    database,
    `select epoch from checkpoints where run = :run
     union select epoch from (${TRUNK_CHECKPOINTS}) order by epoch`,
  )
    .pluck()
    .all({ run }) as number[];
}

/** A checkpoint's row, with the run in whose folder its file lies. */
export interface OwnedCheckpoint extends CheckpointRow {
  owner: string;
}

/** Checkpoints of the epochs [from, to], the run's own and its trunk's, in order. */
export function checkpointsBetween(
  database: Connection,
  { id, number: run }: StoredRun,
  from: number,
  to: number,
): OwnedCheckpoint[] {
  const own = prepared(
    database,
    'select :id as owner, epoch, file, size, sha256 from checkpoints where run = :run and epoch between :from and :to',
  ).all({ id, run, from, to }) as OwnedCheckpoint[];
  const shared = prepared(
    database,
    `select trunk as owner, epoch, file, size, sha256 from (${TRUNK_CHECKPOINTS})
     where epoch between :from and :to order by epoch, depth`,
  ).all({ run, from, to }) as OwnedCheckpoint[];
  const nearest = shared.filter(({ epoch }, place) => shared[place - 1]?.epoch !== epoch);
  return [...own, ...nearest].sort((one, other) => one.epoch - other.epoch);
}

/** The checkpoint after an epoch; CHECKPOINT_CORRUPT where its file is missing or is not what was written. */
export function checkpointAt(
  database: Connection,
  files: CheckpointFiles,
  run: StoredRun,
  epoch: number,
): StoredCheckpoint {
  const own = rowOf(database, run, epoch);
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
  const row = rowOf(database, run, epoch);
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

const ROWS = 'select epoch, file, size, sha256 from checkpoints where run = ?';

/** Rows of the run's own checkpoints, in order. */
function rowsOf(database: Connection, run: StoredRun): CheckpointRow[] {
  return prepared(database, `${ROWS} order by epoch`).all(run.number) as CheckpointRow[];
}

function rowOf(database: Connection, run: StoredRun, epoch: number): CheckpointRow | undefined {
  return prepared(database, `${ROWS} and epoch = ?`).get(run.number, epoch) as CheckpointRow | undefined;
}

/** Epochs of the run's own checkpoints, in order. */
export function ownCheckpointEpochs(database: Connection, run: StoredRun): number[] {
  return prepared(database, 'select epoch from checkpoints where run = ? order by epoch')
    .pluck()
    .all(run.number) as number[];
}
