import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ImportResult } from '../../../common/contract/exchange-schemas.ts';
import { CascadeError } from '../../../common/errors.ts';
import { EVENTS_BEFORE_EPOCH, EVENTS_OF_EPOCH } from '../../../common/records.ts';
import { prepared, type Connection } from '../database.ts';
import { syncFolder, type Layout } from '../layout.ts';
import { makePrivateFolder } from '../private-files.ts';
import type { ExcessWriter } from '../writer/excess.ts';
import { insertEvent, isActive } from '../writer/runs.ts';
import type { RunState } from '../../../common/contract/schemas.ts';
import { copyLayers, copyRows, sameLayers } from './copy-rows.ts';
import { runTables, columnsOf, type RunTable } from './run-tables.ts';
import type { Work } from './shared-progress.ts';
import type { TakenRun } from './taken-run.ts';

/** Counted over a run and its control: taken where both are as in the source, and else counted anew. */
const COMPARED = ['excess', 'excess_totals', 'kept_counts'];
/** Taken even where the records are here already: nothing that a person noted is lost. */
const NOTED = ['memberships', 'tags'];
const LINKS = ['control', 'previous_mask', 'trunk'] as const;

interface Place {
  taken: TakenRun;
  /** Its number in the source, and here. */
  from: number;
  to: number;
}

/**
 * Takes runs from another database into this one. The caller makes a transaction of `run`, and calls `settle` once it is on the disk:
 * checkpoints come into their places after their rows. Where the process dies in between, the next opening finds them in the stage.
 */
export class Taking {
  readonly #source: Connection;
  readonly #target: Connection;
  readonly #layout: Layout;
  readonly #excess: ExcessWriter;
  readonly #work: Work;
  readonly #tables: RunTable[];
  /** Checkpoints on their way from the stage. */
  readonly #moves: { from: string; to: string }[] = [];
  /** Files that rows spoke of before, and do not any more. */
  readonly #outdated: string[] = [];

  constructor(source: Connection, target: Connection, layout: Layout, excess: ExcessWriter, work: Work) {
    this.#source = source;
    this.#target = target;
    this.#layout = layout;
    this.#excess = excess;
    this.#work = work;
    this.#tables = runTables(target);
  }

  /** @throws CascadeError CONFLICT where a run is not as it was when this was planned */
  run(taken: readonly TakenRun[]): Omit<ImportResult, 'notices'> {
    const places = taken.map((each) => this.#placeOf(each));
    this.#linkAll(places);
    const runs = new Map(places.map(({ from, to }) => [from, to]));
    /** Those whose records are here as they are in the source: what was counted of them there holds here. */
    const equal = new Map(
      places.filter(({ taken: { how } }) => how !== 'keep').map(({ from, to }) => [from, to]),
    );
    for (const place of places) this.#takeRows(place, runs, equal);
    for (const { from } of places) this.#takeStudies(from);
    this.#countExcess(
      places.filter(({ taken: { how } }) => how === 'add' || how === 'continue' || how === 'replace'),
    );
    const of = (how: TakenRun['how']): string[] =>
      taken.filter((each) => each.how === how).map(({ id }) => id);
    return {
      added: of('add'),
      continued: of('continue'),
      known: of('know'),
      kept: of('keep'),
      replaced: of('replace'),
      checkpoints: this.#moves.length,
    };
  }

  settle(): void {
    makePrivateFolder(this.#layout.checkpoints);
    for (const { from, to } of this.#moves) {
      makePrivateFolder(dirname(to));
      renameSync(from, to);
    }
    for (const folder of new Set(this.#moves.map(({ to }) => dirname(to)))) syncFolder(folder);
    const places = new Set(this.#moves.map(({ to }) => to));
    for (const file of this.#outdated) if (!places.has(file)) rmSync(file, { force: true });
  }

  #placeOf(taken: TakenRun): Place {
    const from = prepared(this.#source, 'select number from runs where id = ?').pluck().get(taken.id) as
      number | undefined;
    if (from === undefined) throw changed(taken.id, 'is not in the source any more');
    const here = prepared(this.#target, 'select number, state from runs where id = ?').get(taken.id) as
      { number: number; state: RunState } | undefined;
    if (taken.how === 'add') {
      if (here !== undefined) throw changed(taken.id, 'came into this workspace meanwhile');
      return { taken, from, to: this.#insertRun(from) };
    }
    if (here === undefined) throw changed(taken.id, 'was removed from this workspace meanwhile');
    if ((taken.how === 'continue' || taken.how === 'replace') && isActive(here.state))
      throw new CascadeError(
        'CONFLICT',
        `The run ${taken.id} is queued or training here: stop it first. Nothing was imported.`,
      );
    const epochs = Number(
      prepared(this.#target, 'select count(*) from epochs where run = ?').pluck().get(here.number),
    );
    if (taken.how === 'continue' && epochs !== taken.epochsHere)
      throw changed(taken.id, 'was trained further meanwhile');
    return { taken, from, to: here.number };
  }

  #insertRun(from: number): number {
    const columns = columnsOf(this.#target, 'runs').filter(
      (name) => name !== 'number' && !(LINKS as readonly string[]).includes(name),
    );
    const row = prepared(this.#source, `select ${columns.join(', ')} from runs where number = ?`).get(
      from,
    ) as Record<string, unknown>;
    const { state, reason, ended } = stateThere(this.#source, from);
    const values = { ...row, state, reason, ended_at: ended, binned_at: null };
    const { lastInsertRowid } = prepared(
      this.#target,
      `insert into runs (${columns.join(', ')}) values (${columns.map((name) => `@${name}`).join(', ')})`,
    ).run(values);
    return Number(lastInsertRowid);
  }

  /** A run that has no control, or no trunk, gets that of the source, where it is here. */
  #linkAll(places: readonly Place[]): void {
    for (const link of LINKS) {
      const theirs = prepared(
        this.#source,
        `select linked.id from runs join runs as linked on linked.number = runs.${link} where runs.number = ?`,
      ).pluck();
      const set = prepared(
        this.#target,
        `update runs set ${link} = (select number from runs where id = ?) where number = ? and ${link} is null`,
      );
      for (const { from, to, taken } of places) {
        const id = theirs.get(from) as string | undefined;
        if (id !== undefined && taken.how !== 'keep') set.run(id, to);
      }
    }
  }

  #takeRows(
    { taken, from, to }: Place,
    runs: ReadonlyMap<number, number>,
    equal: ReadonlyMap<number, number>,
  ): void {
    const { how, epochsHere } = taken;
    if (how === 'replace') this.#clear(to);
    const isNew = how === 'add' || how === 'replace';
    const layers = isNew
      ? copyLayers(this.#source, this.#target, from, to)
      : sameLayers(this.#source, this.#target, from, to);
    for (const table of this.#tables) {
      const compared = COMPARED.includes(table.name);
      const noted = NOTED.includes(table.name);
      if (!isNew && !noted && !compared && how !== 'continue') continue;
      if (how === 'keep' && !noted) continue;
      const chosen = {
        from: how === 'continue' && !compared ? epochsHere : 0,
        known: compared || noted || how === 'continue',
        ...(table.name === 'events' && how === 'continue' ? { only: this.#isNews(to, epochsHere) } : {}),
      };
      const eventful = table.name === 'events' ? { ...chosen, from: 0, known: false } : chosen;
      const owners = table.owner === 'run' ? [from] : [...layers.keys()];
      for (const owner of owners) {
        const copied = copyRows(
          this.#source,
          this.#target,
          table,
          owner,
          { runs: compared ? equal : runs, layers },
          eventful,
        );
        if (table.name === 'epochs') this.#work.did(copied);
      }
    }
    if (how !== 'add') this.#takeNotes(from, to);
    if (how === 'continue' || how === 'replace') this.#takeState(from, to);
    if (isActiveThere(this.#source, from) && (isNew || how === 'continue')) this.#tellInterrupted(from, to);
    if (how !== 'keep') this.#takeCheckpoints(taken, to);
  }

  /** Events that this workspace has not: none of epochs that were trained here too. */
  #isNews(run: number, epochs: number): (row: Record<string, unknown>) => boolean {
    const known = new Set(
      (
        prepared(this.#target, 'select time, kind, epoch, message from events where run = ?')
          .raw()
          .all(run) as unknown[][]
      ).map((row) => JSON.stringify(row)),
    );
    const after = [...EVENTS_BEFORE_EPOCH] as string[];
    const of = [...EVENTS_OF_EPOCH] as string[];
    return ({ time, kind, epoch, message }) => {
      if (known.has(JSON.stringify([time, kind, epoch, message]))) return false;
      if (typeof epoch !== 'number') return true;
      if (after.includes(String(kind))) return epoch >= epochs - 1;
      return !of.includes(String(kind)) || epoch >= epochs;
    };
  }

  /** Takes away what was recorded of a run; itself, and what a person noted of it, stays. */
  #clear(run: number): void {
    for (const { name, owner } of this.#tables)
      if (owner === 'run' && !NOTED.includes(name))
        prepared(this.#target, `delete from ${name} where run = ?`).run(run);
    for (const name of COMPARED) prepared(this.#target, `delete from ${name} where control = ?`).run(run);
    prepared(this.#target, 'delete from layers where run = ?').run(run);
    const id = this.#idOf(run);
    const files = prepared(this.#target, 'select file from checkpoints where run = ?')
      .pluck()
      .all(run) as string[];
    this.#outdated.push(...files.map((file) => join(this.#layout.checkpoints, id, file)));
    prepared(this.#target, 'delete from checkpoints where run = ?').run(run);
  }

  #takeNotes(from: number, to: number): void {
    const { note, starred } = prepared(this.#source, 'select note, starred from runs where number = ?').get(
      from,
    ) as {
      note: string | null;
      starred: number;
    };
    prepared(
      this.#target,
      'update runs set note = coalesce(note, :note), starred = max(starred, :starred) where number = :to',
    ).run({ note, starred, to });
  }

  #takeState(from: number, to: number): void {
    const { state, reason, ended, started, epochsTotal } = stateThere(this.#source, from);
    prepared(
      this.#target,
      `update runs set state = ?, reason = ?, ended_at = ?, started_at = coalesce(started_at, ?), epochs_total = ? where number = ?`,
    ).run(state, reason, ended, started, epochsTotal, to);
  }

  #tellInterrupted(from: number, to: number): void {
    const { reason } = stateThere(this.#source, from);
    const last = prepared(this.#target, 'select max(epoch) from epochs where run = ?').pluck().get(to) as
      number | null;
    insertEvent(this.#target, to, { kind: 'interrupted', epoch: last, message: reason ?? '', data: {} });
  }

  #takeCheckpoints({ id, checkpoints }: TakenRun, run: number): void {
    const folder = join(this.#layout.checkpoints, id);
    for (const { epoch, size, sha256, path } of checkpoints) {
      const known = prepared(this.#target, 'select 1 from checkpoints where run = ? and epoch = ?').get(
        run,
        epoch,
      );
      if (known !== undefined) continue;
      const plain = `epoch-${epoch}.safetensors`;
      const file = existsSync(join(folder, plain))
        ? `epoch-${epoch}-${sha256.slice(0, 8)}.safetensors`
        : plain;
      this.#moves.push({ from: path, to: join(folder, file) });
      prepared(
        this.#target,
        'insert into checkpoints (run, epoch, file, size, sha256) values (?, ?, ?, ?, ?)',
      ).run(run, epoch, file, size, sha256);
    }
  }

  /** Texts of the run's studies, and places of their arms: the one that an arm had, where it is free. */
  #takeStudies(from: number): void {
    const memberships = prepared(this.#source, 'select study, arm from memberships where run = ?').all(
      from,
    ) as {
      study: string;
      arm: string;
    }[];
    for (const { study, arm } of memberships) {
      const texts = prepared(
        this.#source,
        'select name, title, file_name, text, added_at from studies where name = ? order by id',
      ).all(study) as Record<string, unknown>[];
      for (const row of texts)
        prepared(
          this.#target,
          `insert into studies (name, title, file_name, text, added_at)
           select @name, @title, @file_name, @text, @added_at
           where not exists (select 1 from studies where name = @name and text = @text)`,
        ).run(row);
      const place = prepared(this.#source, 'select place from arms where study = ? and arm = ?')
        .pluck()
        .get(study, arm);
      if (place === undefined) continue;
      prepared(
        this.#target,
        `insert or ignore into arms (study, arm, place)
         select :study, :arm, iif(exists (select 1 from arms where study = :study and place = :place),
           (select max(place) + 1 from arms where study = :study), :place)
         where not exists (select 1 from arms where study = :study and arm = :arm)`,
      ).run({ study, arm, place });
    }
  }

  /** Of every pair that one of the runs is in, what was not counted over the same records in the source. */
  #countExcess(touched: readonly Place[]): void {
    const pairs = prepared(
      this.#target,
      `select number as run, control from (
         select number, control from runs union select number, previous_mask from runs
       ) where control is not null and (number = :to or control = :to) and number <> control`,
    );
    const uncounted = prepared(
      this.#target,
      `select exists (
         select epoch from epochs where run = :run
         intersect select epoch from epochs where run = :control
         except select epoch from excess_totals where run = :run and control = :control)`,
    ).pluck();
    for (const { to } of touched)
      for (const pair of pairs.all({ to }) as { run: number; control: number }[])
        if (uncounted.get(pair) === 1) this.#excess.afterLink(pair.run, pair.control);
  }

  #idOf(run: number): string {
    return prepared(this.#target, 'select id from runs where number = ?').pluck().get(run) as string;
  }
}

interface StateThere {
  state: RunState;
  reason: string | null;
  ended: number | null;
  started: number | null;
  epochsTotal: number;
}

/** As it is here: nobody here trains what waited or trained there. */
function stateThere(source: Connection, run: number): StateThere {
  const row = prepared(
    source,
    `select state, reason, ended_at as ended, started_at as started, epochs_total as epochsTotal,
       coalesce((select max(recorded_at) from epochs where run = number), started_at, created_at) as last
     from runs where number = ?`,
  ).get(run) as StateThere & { last: number };
  const { last, ...told } = row;
  if (!isActive(row.state)) return told;
  return {
    ...told,
    state: 'interrupted',
    reason: `It was ${row.state} in the workspace that it was taken from.`,
    ended: last,
  };
}

function isActiveThere(source: Connection, run: number): boolean {
  return isActive(prepared(source, 'select state from runs where number = ?').pluck().get(run) as RunState);
}

function changed(id: string, what: string): CascadeError {
  return new CascadeError(
    'CONFLICT',
    `The run ${id} ${what}: look at what would be imported once more. Nothing was imported.`,
  );
}
