import type { EpochSummary } from '../../../common/contract/schemas.ts';
import type { Phase } from '../../../common/records.ts';
import { layersOf } from '../chains.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { sharesOf, type StoredRun } from './summaries.ts';

interface EpochRow {
  epoch: number;
  phase: Phase;
  learning_rate: number;
  steps: number;
  train_loss: number | null;
  train_accuracy: number | null;
  validation_loss: number | null;
  validation_accuracy: number | null;
  test_loss: number | null;
  test_accuracy: number | null;
  training_seconds: number;
  evaluation_seconds: number;
  measurement_seconds: number;
  weights: number;
  pruned: number;
  inert: number;
  zero: number;
  shed: string;
}

interface LayerRow {
  epoch: number;
  pruned: number;
  inert: number;
  zero: number;
  norm: number | null;
  shed: string;
}

/** Every stored epoch of a run, with its layers. */
export function epochsOf(database: Connection, run: StoredRun): EpochSummary[] {
  return between(database, run, 0, Number.MAX_SAFE_INTEGER);
}

/** One stored epoch: what a window needs when it ends, however many went before. */
export function epochOf(database: Connection, run: StoredRun, epoch: number): EpochSummary {
  const [found] = between(database, run, epoch, epoch);
  if (!found) throw notFound(`epoch ${epoch} of the run ${run.id}`);
  return found;
}

function between(database: Connection, run: StoredRun, from: number, to: number): EpochSummary[] {
  const rows = prepared(
    database,
    'select * from epochs where run = ? and epoch between ? and ? order by epoch',
  ).all(run.number, from, to) as EpochRow[];
  const epochs = new Map(rows.map((row) => [row.epoch, summaryOf(row, run.labels)]));
  for (const layer of layersOf(database, run.number)) {
    const counts = prepared(
      database,
      `select epoch, pruned, inert, zero, norm, shed from layer_epochs
       where layer = ? and epoch between ? and ?`,
    ).all(layer.id, from, to) as LayerRow[];
    for (const { epoch, norm, shed, ...row } of counts)
      epochs.get(epoch)?.layers.push({
        name: layer.name,
        weights: layer.weights,
        ...sharesOf({ ...row, weights: layer.weights, shed: JSON.parse(shed) as number[] }, run.labels),
        norm: norm ?? Number.NaN,
      });
  }
  return [...epochs.values()];
}

function summaryOf(row: EpochRow, labels: readonly string[]): EpochSummary {
  return {
    epoch: row.epoch,
    phase: row.phase,
    learningRate: row.learning_rate,
    steps: row.steps,
    trainLoss: row.train_loss,
    trainAccuracy: row.train_accuracy,
    validationLoss: row.validation_loss,
    validationAccuracy: row.validation_accuracy,
    testLoss: row.test_loss ?? Number.NaN,
    testAccuracy: row.test_accuracy ?? Number.NaN,
    trainingSeconds: row.training_seconds,
    evaluationSeconds: row.evaluation_seconds,
    measurementSeconds: row.measurement_seconds,
    ...sharesOf({ ...row, shed: JSON.parse(row.shed) as number[] }, labels),
    layers: [],
  };
}
