import { mostMagnitudeBytes } from '../../../common/codec/magnitude-counts.ts';
import * as z from 'zod';
import { RUN_STATES } from '../../../common/contract/schemas.ts';
import { channelRows, planeCount } from '../../../common/records.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { prepared, type Connection } from '../database.ts';
import { PART_BYTES } from './run-file.ts';
import { runTables } from './run-tables.ts';

/**
 * Whether what a database says of its runs can be so: names that become paths, sizes for which memory is taken, numbers that are
 * read as JSON. Whoever wrote the file may have written anything.
 */

/** Weights of a layer: its planes are held in memory. */
const MOST_WEIGHTS = 2 ** 28;
const MOST_THRESHOLDS = 64;
const MOST_EPOCHS = 10_000_000;
const MOST_CHECKPOINT = 2 ** 36;
/** Bytes before the content of a stored blob. */
const BLOB_HEADER = 5;
/** Bytes of any other content of an epoch, such as answers. */
const MOST_BLOB = 2 ** 28;

const name = z.string().min(1).max(1_000);
const run = z
  .object({
    id: z.string().regex(/^[0-9a-f]{12}-s\d{1,15}$/),
    hash: z.string().regex(/^[0-9a-f]{12}$/),
    seed: z.int().min(0),
    state: z.enum(RUN_STATES),
    reason: z.string().max(10_000).nullable(),
    note: z.string().max(10_000).nullable(),
    epochs_total: z.int().min(0).max(MOST_EPOCHS),
    specification: z.string().max(1_000_000),
  })
  .refine(({ id, hash, seed }) => id === `${hash}-s${seed}`);

const specification = z.object({
  dataset: z.looseObject({ name }),
  model: z.looseObject({ name }),
  optimizer: z.looseObject({ name }),
  thresholds: z
    .array(z.looseObject({ kind: z.string(), value: z.number() }).or(z.looseObject({})))
    .min(1)
    .max(MOST_THRESHOLDS),
});

/** @returns what cannot be so, as the end of a sentence that begins with the file; null where nothing is wrong */
export function contentProblem(database: Connection): string | null {
  const runs = prepared(database, 'select * from runs order by number').all() as Record<string, unknown>[];
  if (runs.length === 0) return 'holds no run';
  for (const row of runs) {
    const read = run.safeParse(row);
    if (!read.success)
      return `names a run that cannot be one (${String(read.error.issues[0]?.path[0] ?? 'id')})`;
    const found = runProblem(database, Number(row['number']), read.data);
    if (found !== null) return `says of the run ${read.data.id} what cannot be: ${found}`;
  }
  return namesProblem(database);
}

function runProblem(
  database: Connection,
  number: number,
  { specification: json }: z.output<typeof run>,
): string | null {
  let thresholds: number;
  try {
    specification.parse(JSON.parse(json));
    thresholds = readSpecification(json).thresholds.length;
  } catch {
    return 'its settings cannot be read';
  }
  const told = (sql: string): number => Number(prepared(database, sql).pluck().get(number));
  const epochs = told('select count(*) from epochs where run = ?');
  if (epochs > 0 && told('select max(epoch) from epochs where run = ? and epoch >= 0') !== epochs - 1)
    return 'its epochs do not follow one another';
  if (
    told(
      'select count(*) from epochs where run = ? and (not json_valid(shed) or json_array_length(shed) <> ' +
        thresholds +
        ')',
    ) > 0
  )
    return 'its shed weights are counted at other thresholds';
  const layers = prepared(
    database,
    'select id, weights, channels from layers where run = ? order by position',
  ).all(number) as { id: number; weights: number; channels: number }[];
  if (epochs > 0 && layers.length === 0) return 'it has epochs and no layer';
  for (const layer of layers) {
    const found = layerProblem(database, layer, epochs, thresholds);
    if (found !== null) return found;
  }
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  const exact: Readonly<Record<string, number>> = {
    channel_tables: 4 * channels * channelRows(thresholds) + BLOB_HEADER,
    magnitudes: mostMagnitudeBytes(layers.length) + BLOB_HEADER,
  };
  for (const { table, column } of blobsOfRuns(database)) {
    const most = exact[table] ?? MOST_BLOB;
    if (mostDeclared(database, table, column, 'run', number) > most)
      return `${table} are longer than they can be`;
  }
  return environmentProblem(database, number) ?? checkpointProblem(database, number);
}

/** Columns of compressed content in tables of runs, those of later migrations too. */
function blobsOfRuns(database: Connection): { table: string; column: string }[] {
  return runTables(database)
    .filter(({ owner }) => owner === 'run')
    .flatMap(({ name: table }) =>
      (database.pragma(`table_info(${table})`) as { name: string; type: string }[])
        .filter(({ type }) => type.toLowerCase() === 'blob')
        .map((column) => ({ table, column: column.name })),
    );
}

function layerProblem(
  database: Connection,
  { id, weights, channels }: { id: number; weights: number; channels: number },
  epochs: number,
  thresholds: number,
): string | null {
  if (weights < 1 || weights > MOST_WEIGHTS || channels < 1 || channels > weights)
    return `a layer has ${weights} weights and ${channels} channels`;
  const count = (table: string): number =>
    Number(
      prepared(database, `select count(*) from ${table} where layer = ? and epoch between 0 and ?`)
        .pluck()
        .get(id, epochs - 1),
    );
  if (count('planes') !== epochs || count('layer_epochs') !== epochs) return 'epochs of a layer are missing';
  const base = 'coalesce(base, iif(key_epoch = epoch, epoch, epoch - 1))';
  const wrong = prepared(
    database,
    `select count(*) from planes where layer = ? and (${base} > epoch or ${base} < 0)`,
  ).pluck();
  if (Number(wrong.get(id)) > 0) return 'masks are stored as changes of later ones';
  // Changes of states take a few bytes a weight at the very most.
  const most = 4_096 + 16 * planeCount(thresholds) * weights;
  if (mostDeclared(database, 'planes', 'bytes', 'layer', id) > most)
    return 'masks are longer than they can be';
  return null;
}

/** The longest content that a stored blob says it has: see `main/workspace/compression.ts`. */
function mostDeclared(
  database: Connection,
  table: string,
  column: string,
  owner: string,
  number: number,
): number {
  const heads = database
    .prepare(`select substr(${column}, 1, 5), length(${column}) from ${table} where ${owner} = ?`)
    .raw()
    .iterate(number) as IterableIterator<[Buffer, number]>;
  let most = 0;
  for (const [head, length] of heads) {
    const isPacked = head[0] === 1 && head.length === 5;
    most = Math.max(most, isPacked ? head.readUInt32LE(1) : length);
  }
  return most;
}

const network = z.looseObject({
  layers: z.array(
    z.looseObject({
      name,
      kind: z.string(),
      shape: z.array(z.int().min(1)),
      weights: z.int(),
      macs: z.number(),
    }),
  ),
  parameters: z.array(z.looseObject({ name, role: z.string(), shape: z.array(z.int().min(0)) })),
});
const environment = z.looseObject({ datasetHash: z.string().max(1_000) });

function environmentProblem(database: Connection, number: number): string | null {
  const row = prepared(database, 'select environment, network from environments where run = ?').get(
    number,
  ) as { environment: string; network: string } | undefined;
  if (row === undefined) return null;
  try {
    environment.parse(JSON.parse(row.environment));
    network.parse(JSON.parse(row.network));
    return null;
  } catch {
    return 'its network cannot be read';
  }
}

/** Files of checkpoints are named anew where they go: a name that is none of ours tells of a file made to do harm. */
function checkpointProblem(database: Connection, number: number): string | null {
  const rows = prepared(database, 'select epoch, file, size, sha256 from checkpoints where run = ?').all(
    number,
  ) as {
    epoch: number;
    file: string;
    size: number;
    sha256: string;
  }[];
  for (const { epoch, file, size, sha256 } of rows) {
    if (!/^epoch-\d{1,9}(-[0-9a-f]{8})?\.safetensors$/.test(file))
      return 'a checkpoint has a name that is not allowed';
    if (epoch < 0 || size < 0 || size > MOST_CHECKPOINT || !/^[0-9a-f]{64}$/.test(sha256))
      return `the checkpoint of epoch ${epoch} has ${size} bytes`;
  }
  return null;
}

/** Of the parts of checkpoints in a run file. */
export function partsProblem(database: Connection): string | null {
  const wrong = prepared(
    database,
    `select count(*) from checkpoints left join (
       select run, epoch, sum(length(bytes)) as total, count(*) as parts, max(part) as last, max(length(bytes)) as longest
       from checkpoint_parts group by run, epoch
     ) as stored using (run, epoch)
     where coalesce(total, 0) <> size or (parts > 0 and (last <> parts - 1 or longest > ${PART_BYTES}))`,
  )
    .pluck()
    .get();
  return Number(wrong) > 0 ? 'holds checkpoints of another length than it says' : null;
}

function namesProblem(database: Connection): string | null {
  const limits = [
    ['memberships', 'study', 1_000],
    ['memberships', 'arm', 1_000],
    ['studies', 'text', 1_000_000],
    ['studies', 'title', 10_000],
    ['events', 'message', 100_000],
    ['events', 'kind', 100],
    ['events', 'data', 10_000_000],
    ['tags', 'tag', 100],
  ] as const;
  for (const [table, column, most] of limits) {
    if (database.prepare(`select 1 from sqlite_schema where name = ?`).get(table) === undefined) continue;
    const longest = Number(
      prepared(database, `select coalesce(max(length(${column})), 0) from ${table}`).pluck().get(),
    );
    if (longest > most) return `holds a ${column} of ${longest} letters`;
  }
  if (prepared(database, 'select 1 from events where not json_valid(data)').get() !== undefined)
    return 'holds events that cannot be read';
  return null;
}
