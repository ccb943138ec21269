import { closeSync, fstatSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { CascadeError, messageOf } from '../../../common/errors.ts';
import { openRegular } from '../../base/regular-files.ts';
import type { Connection } from '../database.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';

/**
 * A run file: runs with all that was recorded of them, as an SQLite database of a workspace's own schema, so that an older file is
 * read by the same migrations as an older workspace. Two tables are its own: what it is, and checkpoints in parts.
 */

/** 'CasR': how `file` and other programs tell it from a workspace's database, which has 'Casc'. */
export const RUN_FILE_ID = 0x43617352;
export const RUN_FILE_EXTENSION = 'cascade';
/** Raised where the two tables of its own change. */
export const RUN_FILE_FORMAT = 1;

/** Bytes of a checkpoint that stand in one row: so much of it is in memory at once. */
export const PART_BYTES = 4 * 2 ** 20;

const OWN_TABLES = [
  'create table run_file (key text primary key, value text not null) strict, without rowid',
  `create table checkpoint_parts (
  run integer not null references runs (number) on delete cascade,
  epoch integer not null,
  part integer not null,
  bytes blob not null,
  primary key (run, epoch, part)
) strict`,
];

/** What a run file says of itself. */
export interface RunFileHead {
  /** Name and version of the program that wrote it. */
  application: string;
  /** When, as an ISO date. */
  written: string;
  /** Ids of the runs that were asked for; the others are there because these need them. */
  asked: string[];
  /** Of all its rows: see `digest.ts`. */
  digest: string;
}

export function badFile(file: string, what: string, cause?: unknown): CascadeError {
  return new CascadeError(
    'BAD_RUN_FILE',
    `${file} ${what}. Nothing was imported.`,
    cause === undefined ? undefined : { cause },
  );
}

/** Makes the tables of a new run file. @param version of the schema */
export function createTables(database: Connection, version = MIGRATIONS.length): void {
  for (const migration of MIGRATIONS.slice(0, version)) migration.up(database);
  for (const sql of OWN_TABLES) database.exec(sql);
}

/** What the first bytes of a database say. */
export interface Header {
  application: number;
  version: number;
  /** Whether it keeps a log beside it. */
  hasLog: boolean;
}

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/** Reads the header alone. @throws CascadeError BAD_RUN_FILE where it is no whole database */
export function readHeader(file: string): Header {
  let handle: number;
  try {
    handle = openRegular(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new CascadeError('NOT_FOUND', `There is no file ${file}.`);
    throw badFile(file, `cannot be read: ${messageOf(error)}`, error);
  }
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    const { size } = fstatSync(handle);
    if (
      readSync(handle, bytes, 0, HEADER_BYTES, 0) < HEADER_BYTES ||
      bytes.toString('latin1', 0, 16) !== MAGIC
    )
      throw badFile(file, 'is no run file');
    const page = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16);
    const told = page * bytes.readUInt32BE(28);
    if (size < told)
      throw badFile(file, `is cut short: it has ${size} of its ${told} bytes. Copy it once more`);
    return {
      application: bytes.readUInt32BE(68),
      version: bytes.readUInt32BE(60),
      hasLog: bytes[18] === 2,
    };
  } finally {
    closeSync(handle);
  }
}

/** Opens what may come from anybody, for reading alone: nothing that a schema names is carried out. */
export function openUntrusted(file: string): Connection {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    for (const pragma of [
      'trusted_schema = off',
      'cell_size_check = on',
      'query_only = on',
      'busy_timeout = 5000',
    ])
      database.pragma(pragma);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

interface SchemaObject {
  type: string;
  name: string;
  sql: string | null;
}

/**
 * What a database of one of our schemas has too much or too little, or null. Every table and index has to be as our migrations
 * make it: a trigger, a view, a generated column or a virtual table is not.
 *
 * @param own whether the tables of run files belong to it
 */
export function strangeObject(database: Connection, version: number, own: boolean): string | null {
  const reference = new Database(':memory:');
  try {
    for (const migration of MIGRATIONS.slice(0, version)) migration.up(reference);
    if (own) for (const sql of OWN_TABLES) reference.exec(sql);
    const expected = objectsOf(reference);
    const found = objectsOf(database);
    for (const [name, text] of found)
      if (expected.get(name) !== text) return `holds '${name}', which is not as Cascade Lab makes it`;
    for (const name of expected.keys()) if (!found.has(name)) return `lacks '${name}'`;
    return null;
  } finally {
    reference.close();
  }
}

/** Made by SQLite itself, where it was asked to look at the data. */
const STATISTICS = ['sqlite_stat1', 'sqlite_stat4'];

function objectsOf(database: Connection): Map<string, string> {
  const objects = database.prepare('select type, name, sql from sqlite_schema').all() as SchemaObject[];
  return new Map(
    objects
      .filter(({ type, name }) => !(type === 'table' && STATISTICS.includes(name)))
      .map(({ type, name, sql }) => [name, `${type} ${normalized(sql)}`]),
  );
}

/** Comments and white space do not count. */
function normalized(sql: string | null): string {
  return (sql ?? '')
    .replace(/--[^\n]*/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1')
    .trim();
}

/** @throws CascadeError BAD_RUN_FILE where it cannot be read */
export function readHead(database: Connection, file: string): RunFileHead {
  const rows = database.prepare('select key, value from run_file').raw().all() as [string, string][];
  const values = new Map(rows);
  const format = Number(values.get('format'));
  if (format !== RUN_FILE_FORMAT)
    throw badFile(
      file,
      `is of the format ${values.get('format') ?? 'unknown'}, and this version reads ${RUN_FILE_FORMAT}: update Cascade Lab`,
    );
  const [application, written, asked, digest] = ['application', 'written', 'asked', 'digest'].map((key) =>
    values.get(key),
  );
  if (application === undefined || written === undefined || asked === undefined || digest === undefined)
    throw badFile(file, 'does not say what it holds');
  return { application, written, asked: asked.split(' ').filter((id) => id !== ''), digest };
}

export function writeHead(database: Connection, { asked, ...head }: RunFileHead): void {
  const insert = database.prepare('insert into run_file values (?, ?)');
  const values = { format: String(RUN_FILE_FORMAT), ...head, asked: asked.join(' ') };
  for (const [key, value] of Object.entries(values)) insert.run(key, value);
}
