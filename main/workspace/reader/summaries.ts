import type { RunFilter, RunState, RunSummary } from '../../../common/contract/schemas.ts';
import { filterRuns } from '../../../common/run-filter.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';
import type { NamedRun, RunProgress, RunStanding } from '../messages.ts';
import { standingNow, type Standing } from '../standing.ts';
import type { StoredRun } from './stored-run.ts';
import { membershipsOf, summariesOf } from './summary-rows.ts';

/**
 * Runs as they are now, the newest first. Those that the filter means are found before anything else is read of them.
 *
 * @param standings of the runs that stand otherwise than they are stored
 */
export function listRuns(
  database: Connection,
  filter: RunFilter,
  standings: readonly Standing[] = [],
): RunSummary[] {
  const now = new Map(standings.map((standing) => [standing.id, standing]));
  const isWhole = Object.values(filter).every((value) => value === undefined);
  const chosen = isWhole ? null : runsMeant(database, filter, now);
  return summariesOf(database, chosen).map((run) => standingNow(run, now.get(run.id)));
}

/** Numbers of the runs that a filter means, the newest first. */
function runsMeant(database: Connection, filter: RunFilter, now: ReadonlyMap<string, Standing>): number[] {
  const runs = prepared(database, 'select number, id, state from runs order by number desc').raw().all() as [
    number: number,
    id: string,
    state: RunState,
  ][];
  const isNamed = filter.study !== undefined || filter.text !== undefined;
  const memberships = isNamed ? membershipsOf(database, null) : null;
  const known = runs.map(([number, id, state]) => ({
    number,
    id,
    state: now.get(id)?.unsaved?.state ?? state,
    memberships: memberships?.get(number) ?? [],
  }));
  return filterRuns(known, filter).map(({ number }) => number);
}

/** Runs that are in any of the states now, the newest first. */
export function runStates(
  database: Connection,
  states: readonly RunState[],
  standings: readonly Standing[],
): RunStanding[] {
  const now = new Map(standings.map(({ id, unsaved }) => [id, unsaved]));
  const rows = prepared(database, 'select id, state, reason from runs order by number desc').all();
  return (rows as RunStanding[])
    .map((row) => ({ ...row, ...now.get(row.id) }))
    .filter(({ state }) => states.includes(state));
}

/** How far the runs with the ids have come, those that are known. */
export function runProgress(
  database: Connection,
  ids: readonly string[],
  standings: readonly Standing[],
): RunProgress[] {
  const now = new Map(standings.map(({ id, unsaved }) => [id, unsaved]));
  const rows = prepared(
    database,
    `select id, state, coalesce((select max(epoch) from epochs where run = number), 0) as epochsDone
     from runs where id in (select value from json_each(?))`,
  ).all(JSON.stringify(ids)) as RunProgress[];
  return rows.map((row) => ({ ...row, state: now.get(row.id)?.state ?? row.state }));
}

export function getSummary(database: Connection, { number }: Pick<StoredRun, 'number'>): RunSummary {
  return summariesOf(database, [number])[0]!;
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
