import type { CountedLayer } from '../../../common/cascade/macs.ts';
import type { EpochSummary, LayerEpoch } from '../../../common/contract/schemas.ts';
import type { Phase } from '../../../common/records.ts';
import { layersOf, type StoredLayer } from '../chains.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { readMeasured } from '../measured.ts';
import { epochCosts } from './costs.ts';
import type { EpochRange } from './levels.ts';
import { networkOf } from './network.ts';
import { sharesOf } from './summary-rows.ts';
import { share } from './shares.ts';
import type { StoredRun } from './stored-run.ts';

interface EpochRow {
  epoch: number;
  phase: Phase;
  learning_rate: number;
  learning_rate_mean: number | null;
  learning_rate_last: number | null;
  steps: number;
  train_loss: number | null;
  train_accuracy: number | null;
  validation_loss: number | null;
  validation_accuracy: number | null;
  test_loss: number | null;
  test_accuracy: number | null;
  validation_top_five: number | null;
  test_top_five: number | null;
  training_seconds: number;
  evaluation_seconds: number;
  measurement_seconds: number;
  waiting_seconds: number | null;
  weights: number;
  pruned: number;
  inert: number;
  zero: number;
  shed: string;
  compacted_parameters: number | null;
  freed_channels: number | null;
  freed: number | null;
  freed_median: number | null;
  held_median: number | null;
  measured: string | null;
}

interface LayerRow {
  epoch: number;
  pruned: number;
  inert: number;
  zero: number;
  norm: number | null;
  shed: string;
  compacted: number | null;
  gradient_norm: number | null;
  freed_channels: number | null;
  freed: number | null;
  dead_on_data: number | null;
  measured: string | null;
}

const ALL: EpochRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** The stored epochs of a run, with their layers. */
export function epochsOf(database: Connection, run: StoredRun, { from, to } = ALL): EpochSummary[] {
  return between(database, run, from, to);
}

function layerRows(database: Connection, layer: StoredLayer, from: number, to: number): LayerRow[] {
  return prepared(
    database,
    `select epoch, pruned, inert, zero, norm, shed, compacted, gradient_norm, freed_channels, freed, dead_on_data, measured
     from layer_epochs
     where layer = ? and epoch between ? and ?`,
  ).all(layer.id, from, to) as LayerRow[];
}

function layerSummary(
  row: LayerRow,
  layer: StoredLayer,
  macs: number | null,
  labels: readonly string[],
  shed = JSON.parse(row.shed) as number[],
): LayerEpoch {
  return {
    name: layer.name,
    weights: layer.weights,
    macs,
    compacted: row.compacted,
    gradientNorm: row.gradient_norm,
    deadOnData: row.dead_on_data === null ? null : share(row.dead_on_data, layer.weights - row.pruned),
    measured: readMeasured(row.measured),
    ...sharesOf({ ...row, weights: layer.weights, shed }, labels),
    norm: row.norm ?? Number.NaN,
    channels: layer.channels,
    ...freedOf({ ...row, weights: layer.weights }),
  };
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
  const network = networkOf(database, run);
  const found = new Map(
    rows.map((row) => [row.epoch, { row, layers: [] as CountedLayer[], dead: 0 as number | null }]),
  );
  const summaries = new Map(rows.map((row) => [row.epoch, summaryOf(row, run.labels)]));
  for (const layer of layersOf(database, run.number)) {
    const macs = network?.layers.find(({ name }) => name === layer.name)?.macs ?? null;
    for (const row of layerRows(database, layer, from, to)) {
      const shed = JSON.parse(row.shed) as number[];
      const epoch = found.get(row.epoch);
      if (epoch)
        epoch.dead = epoch.dead === null || row.dead_on_data === null ? null : epoch.dead + row.dead_on_data;
      epoch?.layers.push({
        name: layer.name,
        pruned: row.pruned,
        inert: row.inert,
        shed,
        compacted: row.compacted ?? Number.NaN,
      });
      summaries.get(row.epoch)?.layers.push(layerSummary(row, layer, macs, run.labels, shed));
    }
  }
  return [...summaries.values()].map((summary) => {
    const { row, layers, dead } = found.get(summary.epoch)!;
    const norms = summary.layers.map(({ gradientNorm }) => gradientNorm);
    return {
      ...summary,
      channels: summary.layers.reduce((sum, { channels }) => sum + channels, 0),
      norm: Math.hypot(...summary.layers.map(({ norm }) => norm)),
      gradientNorm: norms.every((norm) => norm !== null) ? Math.hypot(...norms) : null,
      deadOnData: dead === null ? null : share(dead, row.weights - row.pruned),
      costs: network && epochCosts(network, layers, row.compacted_parameters, run.labels),
    };
  });
}

/** Without what follows from the layers. */
function summaryOf(
  row: EpochRow,
  labels: readonly string[],
): Omit<EpochSummary, 'norm' | 'gradientNorm' | 'deadOnData' | 'costs' | 'channels'> {
  return {
    epoch: row.epoch,
    phase: row.phase,
    learningRate: row.learning_rate,
    learningRateMean: row.learning_rate_mean,
    learningRateLast: row.learning_rate_last,
    steps: row.steps,
    trainLoss: row.train_loss,
    trainAccuracy: row.train_accuracy,
    validationLoss: row.validation_loss,
    validationAccuracy: row.validation_accuracy,
    testLoss: row.test_loss ?? Number.NaN,
    testAccuracy: row.test_accuracy ?? Number.NaN,
    validationTopFive: row.validation_top_five,
    testTopFive: row.test_top_five,
    trainingSeconds: row.training_seconds,
    evaluationSeconds: row.evaluation_seconds,
    measurementSeconds: row.measurement_seconds,
    waitingSeconds: row.waiting_seconds,
    ...sharesOf({ ...row, shed: JSON.parse(row.shed) as number[] }, labels),
    ...freedOf(row),
    freedMedian: row.freed_median,
    heldMedian: row.held_median,
    measured: readMeasured(row.measured),
    layers: [],
  };
}

/** Freed channels, and the share of the kept weights that is in them; null where that was not measured. */
function freedOf(row: {
  weights: number;
  pruned: number;
  freed_channels: number | null;
  freed: number | null;
}): Pick<EpochSummary, 'freedChannels' | 'freed'> {
  const { weights, pruned, freed_channels, freed } = row;
  return { freedChannels: freed_channels, freed: freed === null ? null : share(freed, weights - pruned) };
}
