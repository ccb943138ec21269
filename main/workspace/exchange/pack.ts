import { closeSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CascadeError } from '../../../common/errors.ts';
import type { CheckpointRow } from '../checkpoint-files.ts';
import { prepared, type Connection } from '../database.ts';
import { syncFile } from '../layout.ts';
import { makePrivateFile } from '../private-files.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { copyLayers, copyRows } from './copy-rows.ts';
import { digestOf } from './digest.ts';
import { withNeeded } from './needed-runs.ts';
import { createTables, PART_BYTES, RUN_FILE_ID, writeHead } from './run-file.ts';
import { columnsOf, runTables } from './run-tables.ts';
import type { Work } from './shared-progress.ts';

export interface PackOptions {
  /** Whether weights come along. */
  checkpoints: boolean;
  /** Whether the runs that trained their first epochs, or gave their masks, come along. */
  trunks: boolean;
  application: string;
}

export interface Packed {
  bytes: number;
  /** Ids of the runs in it: those that were asked for, and those that they need. */
  asked: string[];
  needed: string[];
  checkpoints: number;
  /** What a person should know, a sentence each. */
  notices: string[];
}

/**
 * Writes runs of a workspace into a new run file. The file has its name once it is whole and on the disk.
 *
 * @param checkpoints the workspace's folder of checkpoints
 */
export function packRuns(
  source: Connection,
  checkpoints: string,
  ids: readonly string[],
  file: string,
  options: PackOptions,
  work: Work,
): Packed {
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  makePrivateFile(partial);
  const target = new Database(partial);
  try {
    target.pragma('page_size = 8192');
    // Whoever is killed leaves a file that nobody takes for whole: a journal would only be written twice.
    target.pragma('journal_mode = off');
    target.pragma('synchronous = off');
    const packed = source.transaction(() => fill(source, target, checkpoints, ids, options, work))();
    target.close();
    syncFile(partial);
    renameSync(partial, file);
    return { ...packed, bytes: statSync(file).size };
  } catch (error) {
    target.close();
    rmSync(partial, { force: true });
    throw error;
  }
}

function fill(
  source: Connection,
  target: Connection,
  checkpoints: string,
  ids: readonly string[],
  options: PackOptions,
  work: Work,
): Omit<Packed, 'bytes'> {
  target.exec('begin');
  createTables(target);
  target.pragma(`application_id = ${RUN_FILE_ID}`);
  target.pragma(`user_version = ${MIGRATIONS.length}`);
  const asked = ids.map((id) => numberOf(source, id));
  const numbers = withNeeded(source, asked, options.trunks);
  const epochs = prepared(source, 'select count(*) from epochs where run = ?').pluck();
  work.expect(numbers.reduce((sum, number) => sum + Number(epochs.get(number)), 0));
  const runs = copyRunRows(source, target, numbers);
  const notices: string[] = [];
  let stored = 0;
  const tables = runTables(target);
  for (const [number, place] of runs) {
    const layers = copyLayers(source, target, number, place);
    for (const table of tables) {
      const owners = table.owner === 'run' ? [number] : [...layers.keys()];
      for (const owner of owners) {
        const copied = copyRows(source, target, table, owner, { runs, layers });
        if (table.name === 'epochs') work.did(copied);
      }
    }
    if (!options.checkpoints) continue;
    const id = idOf(source, number);
    const rows = checkpointsOf(source, number);
    work.expect(rows.length);
    const missing = rows.filter((row) => {
      const copied = copyCheckpoint(target, join(checkpoints, id, row.file), row, place);
      work.did();
      return !copied;
    });
    stored += rows.length - missing.length;
    if (missing.length > 0)
      notices.push(
        `The run ${id} is without ${missing.length} of its ${rows.length} checkpoints, which are missing or damaged.`,
      );
  }
  copyStudies(source, target);
  writeHead(target, {
    application: options.application,
    written: new Date().toISOString(),
    asked: [...ids].sort(),
    digest: digestOf(target),
  });
  target.exec('commit');
  const needed = numbers.filter((number) => !asked.includes(number)).map((number) => idOf(source, number));
  return { asked: [...ids], needed, checkpoints: stored, notices };
}

function numberOf(source: Connection, id: string): number {
  const number = prepared(source, 'select number from runs where id = ?').pluck().get(id);
  if (number === undefined) throw new CascadeError('NOT_FOUND', `There is no run '${id}' in this workspace.`);
  return number as number;
}

function idOf(source: Connection, number: number): string {
  return prepared(source, 'select id from runs where number = ?').pluck().get(number) as string;
}

/** Rows of runs, numbered from 1 in their order; one that speaks of a run which does not come along speaks of none. */
function copyRunRows(
  source: Connection,
  target: Connection,
  numbers: readonly number[],
): Map<number, number> {
  const places = new Map(numbers.map((number, index) => [number, index + 1]));
  const columns = columnsOf(target, 'runs');
  const insert = prepared(
    target,
    `insert into runs (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
  const select = prepared(source, `select ${columns.join(', ')} from runs where number = ?`);
  // A run may have one that came after it as a control: the links follow.
  const links = ['control', 'previous_mask', 'trunk'];
  for (const number of numbers) {
    const row = select.get(number) as Record<string, unknown>;
    const values = columns.map((column) => {
      if (column === 'number') return places.get(number);
      return links.includes(column) ? null : row[column];
    });
    insert.run(values);
  }
  for (const link of links) {
    const set = prepared(target, `update runs set ${link} = ? where number = ?`);
    for (const number of numbers) {
      const linked = prepared(source, `select ${link} from runs where number = ?`).pluck().get(number) as
        number | null;
      if (linked !== null && places.has(linked)) set.run(places.get(linked), places.get(number));
    }
  }
  return places;
}

export function checkpointsOf(database: Connection, run: number): CheckpointRow[] {
  return prepared(
    database,
    'select epoch, file, size, sha256 from checkpoints where run = ? order by epoch',
  ).all(run) as CheckpointRow[];
}

/** @returns whether the file was there, as its row tells of it */
function copyCheckpoint(target: Connection, path: string, row: CheckpointRow, run: number): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.size !== row.size) return false;
  const { epoch, size, sha256 } = row;
  const insert = prepared(
    target,
    'insert into checkpoint_parts (run, epoch, part, bytes) values (?, ?, ?, ?)',
  );
  const hash = createHash('sha256');
  const handle = openSync(path, 'r');
  try {
    for (let part = 0; part * PART_BYTES < size; part++) {
      const bytes = Buffer.alloc(Math.min(PART_BYTES, size - part * PART_BYTES));
      if (readSync(handle, bytes, 0, bytes.length, part * PART_BYTES) < bytes.length) break;
      hash.update(bytes);
      insert.run(run, epoch, part, bytes);
    }
  } finally {
    closeSync(handle);
  }
  if (hash.digest('hex') !== sha256) {
    prepared(target, 'delete from checkpoint_parts where run = ? and epoch = ?').run(run, epoch);
    return false;
  }
  prepared(target, 'insert into checkpoints (run, epoch, file, size, sha256) values (?, ?, ?, ?, ?)').run(
    run,
    epoch,
    `epoch-${epoch}.safetensors`,
    size,
    sha256,
  );
  return true;
}

/** Texts of the studies that asked for the runs, and the places of their arms. */
function copyStudies(source: Connection, target: Connection): void {
  const names = prepared(target, 'select distinct study from memberships order by study')
    .pluck()
    .all() as string[];
  for (const name of names) {
    const texts = prepared(
      source,
      'select name, title, file_name, text, added_at from studies where name = ? order by id',
    )
      .raw()
      .all(name) as unknown[][];
    for (const row of texts)
      prepared(
        target,
        'insert into studies (name, title, file_name, text, added_at) values (?, ?, ?, ?, ?)',
      ).run(row);
    const arms = prepared(source, 'select study, arm, place from arms where study = ? order by place')
      .raw()
      .all(name) as unknown[][];
    for (const row of arms) {
      const used = prepared(target, 'select 1 from memberships where study = ? and arm = ?').get(
        row[0],
        row[1],
      );
      if (used !== undefined)
        prepared(target, 'insert into arms (study, arm, place) values (?, ?, ?)').run(row);
    }
  }
}
