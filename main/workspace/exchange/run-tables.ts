import { prepared, type Connection } from '../database.ts';

/**
 * Which rows are a run's, read from the schema itself: a table belongs to runs where its column `run` refers to them, or its
 * column `layer` to their layers. A table that a later migration adds is carried without a word here.
 */
export interface RunTable {
  name: string;
  /** The column that says whose a row is. */
  owner: 'run' | 'layer';
  /** Columns that are written, and what each refers to; a number that SQLite gives to a row is not among them. */
  columns: readonly { name: string; refers: 'runs' | 'layers' | null }[];
  /** Whether its rows are told of an epoch. */
  ofEpochs: boolean;
}

/** Tables of the workspace as a whole. `studies` and `arms` go with the runs that name them; the others are told apart by name. */
export const WORKSPACE_TABLES: readonly string[] = [
  'meta',
  'studies',
  'arms',
  'kept_studies',
  'figures',
  'documents',
];

/** Tables that are not copied row by row: the runs themselves, their layers, and files that lie beside the database. */
const OWN_WAY = ['runs', 'layers', 'checkpoints', 'checkpoint_parts'];

export function tablesOf(database: Connection): string[] {
  return prepared(
    database,
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
  )
    .pluck()
    .all() as string[];
}

/** Tables of runs, in the order of their names. */
export function runTables(database: Connection): RunTable[] {
  return tablesOf(database)
    .filter((name) => !OWN_WAY.includes(name))
    .flatMap((name) => {
      const table = runTable(database, name);
      return table === null ? [] : [table];
    });
}

/** A table as one of runs; null where it belongs to none. */
export function runTable(database: Connection, name: string): RunTable | null {
  const references = new Map(
    (database.pragma(`foreign_key_list(${name})`) as { from: string; table: string }[]).map(
      ({ from, table }) => [from, table],
    ),
  );
  const owner =
    references.get('run') === 'runs' ? 'run' : references.get('layer') === 'layers' ? 'layer' : null;
  if (owner === null) return null;
  const columns = database.pragma(`table_info(${name})`) as { name: string; type: string; pk: number }[];
  const keys = columns.filter(({ pk }) => pk > 0);
  const given = keys.length === 1 && keys[0]!.type.toLowerCase() === 'integer' ? keys[0]!.name : null;
  return {
    name,
    owner,
    ofEpochs: columns.some((column) => column.name === 'epoch'),
    columns: columns
      .filter((column) => column.name !== given || references.has(column.name))
      .map((column) => {
        const refers = references.get(column.name);
        return { name: column.name, refers: refers === 'runs' || refers === 'layers' ? refers : null };
      }),
  };
}

/** Columns of a table, in their order. */
export function columnsOf(database: Connection, table: string): string[] {
  return (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
}
