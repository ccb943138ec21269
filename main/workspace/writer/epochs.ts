import { CascadeError } from '../../../common/errors.ts';
import {
  channelRows,
  planeBytes,
  planeCount,
  type EpochRecord,
  type LayerRecord,
} from '../../../common/records.ts';
import { layersOf, type StoredLayer } from '../chains.ts';
import { encodeChannelTables, sameChannelTables } from '../channel-tables.ts';
import { equalBytes } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';
import {
  predictionsProblem,
  predictionsStored,
  deletePredictionsFrom,
  insertPredictions,
} from './predictions.ts';
import { deleteMagnitudesFrom, insertMagnitudes, magnitudesStored } from './magnitudes.ts';
import { measuredText, sameMeasured } from '../measured.ts';
import type { PlaneWriter } from './planes.ts';
import { noteLayerCosts, type RunRow } from './runs.ts';

/** Metrics as columns of `epochs`; all but the seconds decide whether a replayed epoch is the same. */
const METRICS = {
  learning_rate: 'learningRate',
  learning_rate_mean: 'learningRateMean',
  learning_rate_last: 'learningRateLast',
  steps: 'steps',
  train_loss: 'trainLoss',
  train_accuracy: 'trainAccuracy',
  validation_loss: 'validationLoss',
  validation_accuracy: 'validationAccuracy',
  test_loss: 'testLoss',
  test_accuracy: 'testAccuracy',
  validation_top_five: 'validationTopFive',
  test_top_five: 'testTopFive',
} as const;

/** Columns that are null in epochs which an earlier version recorded: there they are not compared. */
const ADDED = [
  'validation_top_five',
  'test_top_five',
  'compacted_parameters',
  'compacted',
  'gradient_norm',
  'learning_rate_mean',
  'learning_rate_last',
  'freed_channels',
  'freed',
  'dead_on_data',
];

/** Columns of `layer_epochs` in the order of `countsOf`. */
const COUNTS = [
  'pruned',
  'inert',
  'zero',
  'norm',
  'shed',
  'shed_and_inert',
  'compacted',
  'gradient_norm',
  'freed_channels',
  'freed',
  'dead_on_data',
  'measured',
] as const;

export function lastEpoch(database: Connection, run: number): number | null {
  return prepared(database, 'select max(epoch) from epochs where run = ?').pluck().get(run) as number | null;
}

/** Refuses a record that does not follow what is stored, or whose buffers have the wrong size. */
export function checkRecord(
  database: Connection,
  run: RunRow,
  record: EpochRecord,
  last: number | null,
): void {
  const next = (last ?? -1) + 1;
  if (!Number.isInteger(record.epoch) || record.epoch < 0 || record.epoch > next)
    throw bad(run, record, `the next epoch to store is ${next}`);
  const layers = layersOf(database, run.number);
  if (layers.length > 0 && layers.length !== record.layers.length)
    throw bad(run, record, `it has ${record.layers.length} layers and the run ${layers.length}`);
  record.layers.forEach((layer, position) => {
    const known = layers[position];
    if (known && (known.name !== layer.name || known.weights !== layer.weights))
      throw bad(run, record, `layer ${position} is '${layer.name}' and was '${known.name}'`);
    if (layer.planes.length !== planeCount(run.thresholds) * planeBytes(layer.weights))
      throw bad(run, record, `the planes of '${layer.name}' have ${layer.planes.length} bytes`);
    if (layer.channels.length % channelRows(run.thresholds) !== 0)
      throw bad(run, record, `the channel table of '${layer.name}' has ${layer.channels.length} numbers`);
    if (layer.shed.length !== run.thresholds || layer.shedAndInert.length !== run.thresholds)
      throw bad(run, record, `'${layer.name}' counts shed weights at another number of thresholds`);
  });
  const problem = predictionsProblem(record);
  if (problem !== null) throw bad(run, record, problem);
}

function bad(run: RunRow, record: EpochRecord, detail: string): CascadeError {
  return new CascadeError(
    'BAD_RECORD',
    `Epoch ${record.epoch} of the run ${run.id} cannot be stored: ${detail}.`,
  );
}

/** Stores an epoch's metrics, counts, channel tables, planes and answers; the run's layers with its first. */
export function insertEpoch(
  database: Connection,
  planes: PlaneWriter,
  run: RunRow,
  record: EpochRecord,
): void {
  insertMetrics(database, run, record);
  const layers = storedLayers(database, run, record);
  const counts = prepared(
    database,
    `insert into layer_epochs (layer, epoch, ${COUNTS.join(', ')})
     values (?, ?, ${COUNTS.map(() => '?').join(', ')})`,
  );
  layers.forEach((stored, position) => {
    const layer = record.layers[position]!;
    counts.run(stored.id, record.epoch, ...countsOf(layer));
    planes.append(stored, record.epoch, layer.planes, planeCount(run.thresholds));
  });
  prepared(database, 'insert into channel_tables (run, epoch, bytes) values (?, ?, ?)').run(
    run.number,
    record.epoch,
    encodeChannelTables(record.layers),
  );
  insertMagnitudes(database, run.number, record);
  insertPredictions(database, run.number, record);
}

/** Whether a record is what is stored of its epoch, to the bit, but for the seconds that it took. */
export function isStored(
  database: Connection,
  planes: PlaneWriter,
  run: RunRow,
  record: EpochRecord,
): boolean {
  const row = prepared(
    database,
    `select phase, compacted_parameters, measured, ${Object.keys(METRICS).join(', ')} from epochs where run = ? and epoch = ?`,
  ).get(run.number, record.epoch) as Record<string, unknown>;
  if (row['phase'] !== record.phase) return false;
  for (const [column, metric] of Object.entries(METRICS))
    if (!isSame(column, row[column], finite(record.metrics[metric]))) return false;
  if (!isSame('compacted_parameters', row['compacted_parameters'], record.compactedParameters)) return false;
  if (!isSame('measured', row['measured'], measuredText(record.measured))) return false;
  const layers = layersOf(database, run.number);
  const counts = prepared(
    database,
    `select ${COUNTS.join(', ')} from layer_epochs where layer = ? and epoch = ?`,
  ).raw();
  const sameCounts = record.layers.every((layer, position) => {
    const known = counts.get(layers[position]!.id, record.epoch) as unknown[];
    return countsOf(layer).every((count, index) => isSame(COUNTS[index]!, known[index], count));
  });
  if (!sameCounts || !predictionsStored(database, run.number, record)) return false;
  if (!magnitudesStored(database, run.number, record)) return false;
  const table = prepared(database, 'select bytes from channel_tables where run = ? and epoch = ?')
    .pluck()
    .get(run.number, record.epoch) as Uint8Array;
  if (!sameChannelTables(table, layers, record.layers)) return false;
  return record.layers.every((layer, position) =>
    equalBytes(planes.read(layers[position]!, record.epoch, planeCount(run.thresholds)), layer.planes),
  );
}

function isSame(column: string, stored: unknown, given: unknown): boolean {
  if (column === 'measured') return sameMeasured(stored as string | null, given as string);
  return (
    Object.is(stored, given) ||
    (stored === null && ADDED.includes(column)) ||
    // Where it is counted depends on where the run ends: a trunk's last epoch is not its branches'.
    (given === null && column === 'dead_on_data')
  );
}

/** Removes an epoch and all later ones of a run, and the excess that was counted with them. */
export function deleteEpochsFrom(
  database: Connection,
  planes: PlaneWriter,
  run: number,
  epoch: number,
): void {
  for (const table of ['excess', 'excess_totals', 'kept_counts'])
    prepared(database, `delete from ${table} where epoch >= :epoch and (run = :run or control = :run)`).run({
      run,
      epoch,
    });
  prepared(database, 'delete from epochs where run = ? and epoch >= ?').run(run, epoch);
  prepared(database, 'delete from channel_tables where run = ? and epoch >= ?').run(run, epoch);
  deleteMagnitudesFrom(database, run, epoch);
  deletePredictionsFrom(database, run, epoch);
  prepared(database, 'update layers set generation = generation + 1 where run = ?').run(run);
  for (const layer of layersOf(database, run)) {
    prepared(database, 'delete from layer_epochs where layer = ? and epoch >= ?').run(layer.id, epoch);
    prepared(database, 'delete from planes where layer = ? and epoch >= ?').run(layer.id, epoch);
    planes.forget(layer.id);
  }
}

function insertMetrics(database: Connection, run: RunRow, record: EpochRecord): void {
  const { metrics, layers } = record;
  const total = (count: (layer: LayerRecord) => number): number =>
    layers.reduce((sum, layer) => sum + count(layer), 0);
  const columns = Object.keys(METRICS);
  prepared(
    database,
    `insert into epochs (run, epoch, phase, ${columns.join(', ')}, training_seconds, evaluation_seconds,
       measurement_seconds, waiting_seconds, weights, pruned, inert, zero, shed, compacted_parameters,
       freed_channels, freed, freed_median, held_median, measured, recorded_at)
     values (?, ?, ?, ${columns.map(() => '?').join(', ')}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    run.number,
    record.epoch,
    record.phase,
    ...Object.values(METRICS).map((metric) => finite(metrics[metric])),
    metrics.trainingSeconds,
    metrics.evaluationSeconds,
    metrics.measurementSeconds,
    metrics.waitingSeconds,
    total((layer) => layer.weights),
    total((layer) => layer.pruned),
    total((layer) => layer.inert),
    total((layer) => layer.zero),
    JSON.stringify(Array.from({ length: run.thresholds }, (_, index) => total(({ shed }) => shed[index]!))),
    record.compactedParameters,
    measuredTotal(layers, ({ freedChannels }) => freedChannels),
    measuredTotal(layers, ({ freed }) => freed),
    record.freedMedian,
    record.heldMedian,
    measuredText(record.measured),
    Date.now(),
  );
}

/** Null where any layer was not measured. */
function measuredTotal(
  layers: readonly LayerRecord[],
  count: (layer: LayerRecord) => number | null,
): number | null {
  const counts = layers.map(count).filter((value) => value !== null);
  return counts.length < layers.length ? null : counts.reduce((sum, value) => sum + value, 0);
}

function storedLayers(database: Connection, run: RunRow, record: EpochRecord): StoredLayer[] {
  const known = layersOf(database, run.number);
  if (known.length > 0) return known;
  const insert = prepared(
    database,
    'insert into layers (run, position, name, weights, channels) values (?, ?, ?, ?, ?)',
  );
  record.layers.forEach((layer, position) =>
    insert.run(
      run.number,
      position,
      layer.name,
      layer.weights,
      layer.channels.length / channelRows(run.thresholds),
    ),
  );
  noteLayerCosts(database, run.number);
  return layersOf(database, run.number);
}

function countsOf(layer: LayerRecord): (number | string | null)[] {
  const { pruned, inert, zero, norm, shed, shedAndInert, compacted, gradientNorm } = layer;
  const { freedChannels, freed, deadOnData } = layer;
  return [
    pruned,
    inert,
    zero,
    finite(norm),
    JSON.stringify(shed),
    JSON.stringify(shedAndInert),
    compacted,
    finite(gradientNorm),
    freedChannels,
    freed,
    finite(deadOnData),
    measuredText(layer.measured),
  ];
}

/** SQLite has no NaN: what is not a number is kept as nothing. */
function finite(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : value;
}
