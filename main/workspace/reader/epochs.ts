import type { EpochSummary } from '../../../common/contract/schemas.ts';
import type { Phase } from '../../../common/records.ts';
import { layersOf } from '../chains.ts';
import { prepared, type Connection } from '../database.ts';
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
  const rows = prepared(database, 'select * from epochs where run = ? order by epoch').all(
    run.number,
  ) as EpochRow[];
  const epochs = new Map(rows.map((row) => [row.epoch, summaryOf(row, run.labels)]));
  for (const layer of layersOf(database, run.number)) {
    const counts = prepared(
      database,
      'select epoch, pruned, inert, zero, norm, shed from layer_epochs where layer = ?',
    ).all(layer.id) as LayerRow[];
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
