import { layerCosts, type LayerCostSummary } from '../cascade/layer-costs.ts';
import type { ControlKind } from '../controls.ts';
import type {
  ClassAccuracies,
  Comparison,
  Cost,
  EpochCosts,
  EpochSummary,
  ExcessEpoch,
} from '../contract/schemas.ts';
import type { Moment, Predictions } from '../records.ts';
import type { Table } from './csv.ts';

/** Everything that was measured of a run, as tables of one observation a row; docs/formats.md says what the columns are. */

type Cells = Record<string, string | number | null>;

/** Rows as objects, whose keys of the first are the columns. */
function tableOf(rows: readonly Cells[]): Table {
  const columns = Object.keys(rows[0] ?? {});
  return { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) };
}

function labelsOf(epochs: readonly EpochSummary[]): string[] {
  return Object.keys(epochs[0]?.shed ?? {});
}

/** A threshold as part of a column's name: '1e-3σ' is '1e-3sigma'. */
export function named(label: string): string {
  return label.replace('σ', 'sigma');
}

/** The ideas of what may be left out, as parts of columns' names. */
function ideas<T>(
  labels: readonly string[],
  costs: { dense: T; masked: T; withoutShed: Record<string, T>; withoutInert: T; compacted: T | null } | null,
): [string, T | null][] {
  return [
    ['dense', costs?.dense ?? null],
    ['masked', costs?.masked ?? null],
    ...labels.map((label): [string, T | null] => [
      `without_shed_${named(label)}`,
      costs?.withoutShed[label] ?? null,
    ]),
    ['without_inert', costs?.withoutInert ?? null],
    ['compacted', costs?.compacted ?? null],
  ];
}

/** The excess of every epoch, over each kind of control. */
export type Excesses = Readonly<Record<ControlKind, readonly ExcessEpoch[]>>;

/** What is compared after an epoch with each control: the network, or one layer of it. */
type Compared = (against: ControlKind) => Comparison | undefined;

/** The shed shares of the same weights in each control, and the excess over it. */
function comparisons(labels: readonly string[], compared: Compared): Cells {
  const [dense, previousMask] = [compared('dense'), compared('previous-mask')];
  return {
    ...byThreshold('control_shed_of_kept', labels, dense?.control ?? {}),
    ...byThreshold('excess', labels, dense?.excess ?? {}),
    ...byThreshold('previous_mask_shed_of_kept', labels, previousMask?.control ?? {}),
    ...byThreshold('previous_mask_excess', labels, previousMask?.excess ?? {}),
  };
}

/** Entries of each kind by epoch. */
function byEpoch(excess: Excesses): (epoch: number, against: ControlKind) => ExcessEpoch | undefined {
  const maps = {
    dense: new Map(excess.dense.map((entry) => [entry.epoch, entry])),
    'previous-mask': new Map(excess['previous-mask'].map((entry) => [entry.epoch, entry])),
  };
  return (epoch, against) => maps[against].get(epoch);
}

/** A row for each epoch. */
export function epochsTable(epochs: readonly EpochSummary[], excess: Excesses): Table {
  const labels = labelsOf(epochs);
  const at = byEpoch(excess);
  const costs = (found: EpochCosts | null): Cells =>
    Object.fromEntries(
      ideas<Cost>(labels, found).flatMap(([idea, cost]) => [
        [`macs_${idea}`, cost?.macs ?? null],
        [`weights_${idea}`, cost?.weights ?? null],
        [`parameters_${idea}`, cost?.parameters ?? null],
        [`compression_${idea}`, cost?.compression ?? null],
        [`speedup_${idea}`, cost?.speedUp ?? null],
      ]),
    );
  return tableOf(
    epochs.map((epoch) => ({
      epoch: epoch.epoch,
      phase: epoch.phase,
      learning_rate_first: epoch.learningRate,
      learning_rate_mean: epoch.learningRateMean,
      learning_rate_last: epoch.learningRateLast,
      steps: epoch.steps,
      train_loss: epoch.trainLoss,
      train_accuracy: epoch.trainAccuracy,
      validation_loss: epoch.validationLoss,
      validation_accuracy: epoch.validationAccuracy,
      validation_top5: epoch.validationTopFive,
      test_loss: epoch.testLoss,
      test_accuracy: epoch.testAccuracy,
      test_top5: epoch.testTopFive,
      mask_sparsity: epoch.pruned,
      true_sparsity: epoch.zero,
      inert_at_least_of_kept: epoch.inertAtLeast,
      dead_on_data_of_kept: epoch.deadOnData,
      ...byThreshold('shed_of_kept', labels, epoch.shed),
      ...comparisons(labels, (against) => at(epoch.epoch, against)),
      freed_channels: epoch.freedChannels,
      freed_of_kept: epoch.freed,
      freed_median: epoch.freedMedian,
      held_median: epoch.heldMedian,
      norm: epoch.norm,
      gradient_norm: epoch.gradientNorm,
      ...costs(epoch.costs),
      training_seconds: epoch.trainingSeconds,
      evaluation_seconds: epoch.evaluationSeconds,
      measurement_seconds: epoch.measurementSeconds,
    })),
  );
}

/** A row for each layer after each epoch. */
export function layersTable(epochs: readonly EpochSummary[], excess: Excesses): Table {
  const labels = labelsOf(epochs);
  const at = byEpoch(excess);
  const costs = (found: LayerCostSummary): Cells =>
    Object.fromEntries(
      ideas(labels, found).flatMap(([idea, cost]) => [
        [`macs_${idea}`, cost?.macs ?? null],
        [`weights_${idea}`, cost?.weights ?? null],
      ]),
    );
  return tableOf(
    epochs.flatMap(({ epoch, layers }) =>
      layers.map((layer) => ({
        epoch,
        layer: layer.name,
        mask_sparsity: layer.pruned,
        true_sparsity: layer.zero,
        inert_at_least_of_kept: layer.inertAtLeast,
        dead_on_data_of_kept: layer.deadOnData,
        ...byThreshold('shed_of_kept', labels, layer.shed),
        ...comparisons(labels, (against) =>
          at(epoch, against)?.layers.find(({ name }) => name === layer.name),
        ),
        channels: layer.channels,
        freed_channels: layer.freedChannels,
        freed_of_kept: layer.freed,
        norm: layer.norm,
        gradient_norm: layer.gradientNorm,
        ...costs(layerCosts(layer)),
      })),
    ),
  );
}

/** A row for each class after each epoch. */
export function classesTable({ names, examples, epochs }: ClassAccuracies): Table {
  return tableOf(
    epochs.flatMap(({ epoch, correct }) =>
      correct.map((right, index) => ({
        epoch,
        class: index,
        name: names?.[index] ?? null,
        examples: examples[index] ?? null,
        correct: right,
        accuracy: examples[index] ? right / examples[index] : null,
      })),
    ),
  );
}

/** A row for each test image at each marked moment. */
export function predictionsTable(
  moments: readonly ({ epoch: number; moment: Moment } & Predictions)[],
  names: readonly string[] | null,
): Table {
  const rows: Cells[] = [];
  for (const { epoch, moment, labels, predicted, margins } of moments)
    labels.forEach((label, image) => {
      const answer = predicted[image]!;
      rows.push({
        epoch,
        moment,
        image,
        label,
        label_name: names?.[label] ?? null,
        predicted: answer,
        predicted_name: names?.[answer] ?? null,
        correct: answer === label ? 1 : 0,
        margin: margins[image]!,
      });
    });
  return tableOf(rows);
}

function byThreshold(
  prefix: string,
  labels: readonly string[],
  shares: Readonly<Record<string, number>>,
): Cells {
  return Object.fromEntries(labels.map((label) => [`${prefix}_${named(label)}`, shares[label] ?? null]));
}
