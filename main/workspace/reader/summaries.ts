import type {
  LoggedEvent,
  RunDetail,
  RunFilter,
  RunState,
  RunSummary,
  StateShares,
} from '../../../common/contract/schemas.ts';
import { filterRuns } from '../../../common/run-filter.ts';
import { maskSourceOf } from '../../base/mask-source.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { NamedRun } from '../messages.ts';
import { markedMoments } from './predictions.ts';
import { lastExcess } from './excess.ts';
import { byLabel, share } from './shares.ts';
import type { StoredRun } from './stored-run.ts';

interface SummaryRow {
  number: number;
  id: string;
  hash: string;
  seed: number;
  specification: string;
  control: string | null;
  previous_mask: string | null;
  trunk: string | null;
  trunk_epoch: number | null;
  priority: number;
  epochs_total: number;
  steps_per_epoch: number | null;
  pruning_epochs: string | null;
  prunes: number;
  state: RunState;
  reason: string | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  epoch: number | null;
  test_accuracy: number | null;
  validation_accuracy: number | null;
  weights: number;
  pruned: number;
  inert: number;
  zero: number;
  shed: string | null;
  data: string | null;
}

const SUMMARY = `
  select runs.number, runs.id, hash, seed, specification, epochs_total, steps_per_epoch, pruning_epochs, prunes, state, reason, created_at, started_at,
    ended_at, (select id from runs as twin where twin.number = runs.control) as control,
    (select id from runs as twin where twin.number = runs.previous_mask) as previous_mask,
    (select id from runs as stem where stem.number = runs.trunk) as trunk, trunk_epoch, priority,
    (select environment ->> '$.datasetHash' from environments where run = runs.number) as data,
    epoch, test_accuracy, validation_accuracy, weights, pruned, inert, zero, shed
  from runs left join epochs
    on epochs.run = runs.number and epoch = (select max(epoch) from epochs where run = runs.number)`;

export function requireStored(database: Connection, id: string): StoredRun {
  const row = prepared(database, 'select number, specification from runs where id = ?').get(id) as
    { number: number; specification: string } | undefined;
  if (!row) throw notFound(`run '${id}'`);
  const specification = readSpecification(row.specification);
  return { number: row.number, id, specification, labels: specification.thresholds.map(thresholdLabel) };
}

type Membership = RunSummary['memberships'][number];

const MEMBERSHIPS =
  'select run, memberships.study, memberships.arm, place from memberships left join arms using (study, arm)';

/** Runs, the newest first. */
export function listRuns(database: Connection, filter: RunFilter): RunSummary[] {
  const rows = prepared(database, `${SUMMARY} order by runs.number desc`).all() as SummaryRow[];
  const memberships = new Map<number, RunSummary['memberships']>();
  for (const { run, ...membership } of prepared(database, MEMBERSHIPS).all() as (Membership & {
    run: number;
  })[]) {
    const known = memberships.get(run);
    if (known) known.push(membership);
    else memberships.set(run, [membership]);
  }
  const runs = rows.map((row) => ({
    row,
    id: row.id,
    state: row.state,
    memberships: memberships.get(row.number) ?? [],
  }));
  return filterRuns(runs, filter).map(({ row, memberships }) => summaryOf(database, row, memberships));
}

export function getSummary(database: Connection, id: string): RunSummary {
  const row = requireRow(database, id);
  return summaryOf(database, row, membershipsOf(database, row.number));
}

/** Runs whose ids begin with any of the names. */
export function runsNamed(database: Connection, names: readonly string[]): NamedRun[] {
  const rows = prepared(
    database,
    `select id, specification, state, (select max(epoch) from epochs where run = runs.number) as last
     from runs
     where exists (
       select 1 from json_each(?) as name where substr(runs.id, 1, length(name.value)) = name.value)
     order by number`,
  ).all(JSON.stringify(names)) as (Omit<NamedRun, 'specification'> & { specification: string })[];
  return rows.map((row) => ({ ...row, specification: readSpecification(row.specification) }));
}

export function getRun(database: Connection, id: string): Omit<RunDetail, 'missingCheckpoints'> {
  const row = requireRow(database, id);
  const specification = readSpecification(row.specification);
  const made = prepared(database, 'select environment, network from environments where run = ?').get(
    row.number,
  ) as { environment: string; network: string } | undefined;
  const events = eventsOf(database, row.number);
  return {
    summary: summaryOf(database, row, membershipsOf(database, row.number)),
    specification,
    thresholds: specification.thresholds,
    network: made ? (JSON.parse(made.network) as NetworkDescription) : null,
    environment: made ? (JSON.parse(made.environment) as Record<string, unknown>) : null,
    events,
    checkpoints: checkpointEpochs(database, row.number),
    stepsPerEpoch: row.steps_per_epoch,
    pruningEpochs:
      row.pruning_epochs === null ? prunedSoFar(events) : (JSON.parse(row.pruning_epochs) as number[]),
    predictions: markedMoments(database, row.number),
  };
}

/** Epochs after which weights were pruned, of a run whose plan was not kept. */
function prunedSoFar(events: readonly LoggedEvent[]): number[] {
  const epochs = events.flatMap(({ kind, epoch }) => (kind === 'pruned' && epoch !== null ? [epoch] : []));
  return [...new Set(epochs)].sort((one, other) => one - other);
}

function requireRow(database: Connection, id: string): SummaryRow {
  const row = prepared(database, `${SUMMARY} where runs.id = ?`).get(id) as SummaryRow | undefined;
  if (!row) throw notFound(`run '${id}'`);
  return row;
}

function membershipsOf(database: Connection, run: number): RunSummary['memberships'] {
  const rows = prepared(database, `${MEMBERSHIPS} where run = ?`).all(run) as (Membership & {
    run: number;
  })[];
  return rows.map(({ study, arm, place }) => ({ study, arm, place }));
}

/**
 * Checkpoints of the trunk that are the run's too, and of the trunk's own trunk: of the epochs that it was given, and has
 * no others of. Of an epoch that several have, that of the least depth is the run's.
 */
export const TRUNK_CHECKPOINTS = `
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

export function checkpointEpochs(database: Connection, run: number): number[] {
  return prepared(
    database,
    `select epoch from checkpoints where run = :run
     union select epoch from (${TRUNK_CHECKPOINTS}) order by epoch`,
  )
    .pluck()
    .all({ run }) as number[];
}

/**
 * Counts as shares: pruned and zero of all weights, where zero is pruned or exactly 0; shed and inert of the kept
 * ones, and 0 where none is kept.
 */
export function sharesOf(
  counts: { weights: number; pruned: number; inert: number; zero: number; shed: readonly number[] },
  labels: readonly string[],
): StateShares {
  const { weights, pruned, inert, zero, shed } = counts;
  const kept = weights - pruned;
  return {
    pruned: share(pruned, weights),
    shed: byLabel(labels, (threshold) => share(shed[threshold] ?? 0, kept)),
    inertAtLeast: share(inert, kept),
    zero: share(pruned + zero, weights),
  };
}

function summaryOf(
  database: Connection,
  row: SummaryRow,
  memberships: RunSummary['memberships'],
): RunSummary {
  const specification = readSpecification(row.specification);
  const labels = specification.thresholds.map(thresholdLabel);
  return {
    id: row.id,
    hash: row.hash,
    seed: row.seed,
    memberships,
    state: row.state,
    reason: row.reason,
    control: row.control,
    masks: maskSourceOf(specification, row.seed),
    trunk: row.trunk === null || row.trunk_epoch === null ? null : { id: row.trunk, epoch: row.trunk_epoch },
    priority: row.priority,
    prunes: row.prunes !== 0,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    epochsDone: row.epoch ?? 0,
    epochsTotal: row.epochs_total,
    progress: null,
    testAccuracy: row.test_accuracy,
    validationAccuracy: row.validation_accuracy,
    states: row.shed === null ? null : sharesOf({ ...row, shed: JSON.parse(row.shed) as number[] }, labels),
    ...(row.control === null
      ? { excess: null, excessEpoch: null }
      : lastExcess(database, row.number, labels, 'dense')),
    previousMask:
      row.previous_mask === null
        ? null
        : {
            control: row.previous_mask,
            ...lastExcess(database, row.number, labels, 'previous-mask'),
          },
    model: specification.model.name,
    optimizer: specification.optimizer.name,
    criterion: specification.pruning?.criterion.name ?? null,
    data: specification.dataHash ?? row.data,
    dataPinned: specification.dataHash !== null,
  };
}

function eventsOf(database: Connection, run: number): LoggedEvent[] {
  const rows = prepared(
    database,
    'select kind, epoch, time, message, data from events where run = ? order by id',
  ).all(run) as (Omit<LoggedEvent, 'data'> & { data: string })[];
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as Record<string, unknown> }));
}
