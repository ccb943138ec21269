import { otherParameters } from '../../../common/cascade/macs.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { RunState } from '../../../common/contract/schemas.ts';
import type { RunEnvironment, RunEvent } from '../../../common/records.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { NewRun, NewStudy } from '../messages.ts';

/** A run's row, as far as writing needs it. */
export interface RunRow {
  number: number;
  id: string;
  state: RunState;
  thresholds: number;
}

export function requireRun(database: Connection, id: string): RunRow {
  const run = findRun(database, id);
  if (!run) throw notFound(`run '${id}'`);
  return run;
}

export function findRun(database: Connection, id: string): RunRow | undefined {
  const row = prepared(database, 'select number, id, state, specification from runs where id = ?').get(id) as
    (Omit<RunRow, 'thresholds'> & { specification: string }) | undefined;
  if (!row) return undefined;
  const { specification, ...rest } = row;
  return { ...rest, thresholds: (JSON.parse(specification) as RunSpecification).thresholds.length };
}

export function insertStudy(database: Connection, { name, title, fileName, text }: NewStudy): void {
  const known = prepared(database, 'select id from studies where name = ? and text = ?').get(name, text);
  if (known) return;
  prepared(
    database,
    'insert into studies (name, title, file_name, text, added_at) values (?, ?, ?, ?, ?)',
  ).run(name, title, fileName, text, Date.now());
}

/** Where a run has the number of its controls. */
const LINKS = ['control', 'previous_mask'] as const;
type Links = Record<(typeof LINKS)[number], number | null>;

/**
 * Adds a run, or to one that exists the membership and the controls that it had not. Answers with the controls that one
 * that exists was given, for its excess over them to be counted.
 */
export function insertRun(
  database: Connection,
  run: NewRun,
): { created: boolean; number: number; linked: number[] } {
  const numberOf = (id: string | null): number | null =>
    id === null ? null : requireRun(database, id).number;
  const links: Links = { control: numberOf(run.control), previous_mask: numberOf(run.previousMask) };
  const known = prepared(database, 'select number, control, previous_mask from runs where id = ?').get(
    run.id,
  ) as ({ number: number } & Links) | undefined;
  const number = known?.number ?? insertRow(database, run, links);
  prepared(database, 'insert or ignore into memberships (run, study, arm) values (?, ?, ?)').run(
    number,
    run.study,
    run.arm,
  );
  // Never given to another arm, so that one which is asked for again looks as it did.
  if (run.named)
    prepared(
      database,
      `insert or ignore into arms (study, arm, place)
       select :study, :arm, coalesce(max(place) + 1, 0) from arms where study = :study`,
    ).run({ study: run.study, arm: run.arm });
  if (known)
    // One that is asked for again comes back from the bin.
    prepared(
      database,
      'update runs set checkpoint_every = ?, priority = ?, binned_at = null where number = ?',
    ).run(run.checkpointEvery, run.priority, number);
  const linked: number[] = [];
  for (const link of LINKS) {
    const control = links[link];
    if (known?.[link] !== null || control === null || control === number) continue;
    prepared(database, `update runs set ${link} = ? where number = ?`).run(control, number);
    linked.push(control);
  }
  return { created: known === undefined, number, linked };
}

function insertRow(database: Connection, run: NewRun, links: Links): number {
  const { lastInsertRowid } = prepared(
    database,
    `insert into runs (id, hash, seed, specification, control, previous_mask, trunk, trunk_epoch, trunk_rewind,
       checkpoint_every, priority, epochs_total, steps_per_epoch, pruning_epochs, prunes, state, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)`,
  ).run(
    run.id,
    run.hash,
    run.seed,
    JSON.stringify(run.specification),
    links.control,
    links.previous_mask,
    run.trunk === null ? null : requireRun(database, run.trunk.id).number,
    run.trunk?.epoch ?? null,
    run.trunk?.rewindEpoch ?? null,
    run.checkpointEvery,
    run.priority,
    run.epochsTotal,
    run.stepsPerEpoch,
    JSON.stringify(run.pruningEpochs),
    run.prunes ? 1 : 0,
    Date.now(),
  );
  return Number(lastInsertRowid);
}

export function updatePriority(database: Connection, run: RunRow, priority: number): void {
  prepared(database, 'update runs set priority = ? where number = ?').run(priority, run.number);
}

/** A run starts with its first 'running', and ends in every state that is neither queued, running nor paused. */
export function updateState(database: Connection, run: RunRow, state: RunState, reason: string | null): void {
  const now = Date.now();
  const active = isActive(state);
  // One whose checkpoints were mended ended when its last epoch was trained.
  const last = prepared(database, 'select max(recorded_at) from epochs where run = ?')
    .pluck()
    .get(run.number) as number | null;
  const ended = state === 'finished' ? (last ?? now) : now;
  prepared(
    database,
    `update runs set state = ?, reason = ?, ended_at = ?,
       started_at = case when ? then coalesce(started_at, ?) else started_at end
     where number = ?`,
  ).run(state, reason, active ? null : ended, state === 'running' ? 1 : 0, now, run.number);
}

export function isActive(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'paused';
}

export function upsertEnvironment(database: Connection, run: RunRow, environment: RunEnvironment): void {
  const { network, ...rest } = environment;
  prepared(
    database,
    `insert into environments (run, environment, network, other_parameters) values (?, ?, ?, ?)
     on conflict do update set environment = excluded.environment, network = excluded.network,
       other_parameters = excluded.other_parameters`,
  ).run(run.number, JSON.stringify(rest), JSON.stringify(network), otherParameters(network));
  noteLayerCosts(database, run.number);
}

/** Notes with the run's layers what they cost, as soon as both they and the network are known. */
export function noteLayerCosts(database: Connection, run: number): void {
  prepared(
    database,
    `update layers set macs = (
       select value ->> 'macs' from environments join json_each(network, '$.layers')
       where environments.run = layers.run and value ->> 'name' = layers.name)
     where run = ?`,
  ).run(run);
}

export function insertEvent(database: Connection, run: number, event: RunEvent): void {
  prepared(
    database,
    'insert into events (run, time, kind, epoch, message, data) values (?, ?, ?, ?, ?, ?)',
  ).run(run, Date.now(), event.kind, event.epoch, event.message, JSON.stringify(event.data));
}

/** Removes a run and all that hangs on it; refuses with CONFLICT for the control of another run. */
export function deleteRun(database: Connection, run: RunRow): void {
  const dependents = prepared(
    database,
    'select id from runs where (control = :run or previous_mask = :run) and number <> :run',
  )
    .pluck()
    .all({ run: run.number }) as string[];
  if (dependents.length > 0)
    throw new CascadeError(
      'CONFLICT',
      `The run ${run.id} is the control of ${dependents.join(', ')}: delete ${dependents.length === 1 ? 'that run' : 'those runs'} first.`,
    );
  prepared(database, 'delete from runs where number = ?').run(run.number);
}
