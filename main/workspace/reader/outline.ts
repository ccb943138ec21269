import type { EpochSummary, LayerEpoch, StateShares } from '../../../common/contract/schemas.ts';
import { RECKONED_MEASURES } from '../../../common/measures/registry.ts';
import type { Phase } from '../../../common/records.ts';
import { layersOf, type StoredLayer } from '../chains.ts';
import { prepared, type Connection } from '../database.ts';
import { readColumns, type Columns, type Selected } from './columns.ts';
import { byThresholdTold, derived, extremesOf, toldPlaces, type Column, type EpochRange } from './levels.ts';
import { networkOf } from './network.ts';
import { share } from './shares.ts';
import type { StoredRun } from './stored-run.ts';

/**
 * Very many epochs of a run, in spans: without what is told in detail alone, which is costs and norms, and of the layers only
 * the named one.
 */

/** Numbers of an epoch that are told as they are stored. */
const NUMBERS = {
  learningRate: 'learning_rate',
  learningRateMean: 'learning_rate_mean',
  learningRateLast: 'learning_rate_last',
  steps: 'steps',
  trainLoss: 'train_loss',
  trainAccuracy: 'train_accuracy',
  validationLoss: 'validation_loss',
  validationAccuracy: 'validation_accuracy',
  testLoss: 'test_loss',
  testAccuracy: 'test_accuracy',
  validationTopFive: 'validation_top_five',
  testTopFive: 'test_top_five',
  trainingSeconds: 'training_seconds',
  evaluationSeconds: 'evaluation_seconds',
  measurementSeconds: 'measurement_seconds',
  waitingSeconds: 'waiting_seconds',
  freedMedian: 'freed_median',
  heldMedian: 'held_median',
} as const satisfies Partial<Record<keyof EpochSummary, string>>;

const LAYER_NUMBERS = {
  norm: 'norm',
  compacted: 'compacted',
  gradientNorm: 'gradient_norm',
} as const satisfies Partial<Record<keyof LayerEpoch, string>>;

/** Counts of weights, of an epoch and of a layer alike. */
const COUNTS = ['epoch', 'pruned', 'inert', 'zero', 'freed_channels', 'freed'] as const;
const EPOCH_COLUMNS = [...COUNTS, 'weights', ...Object.values(NUMBERS)] as const;
const LAYER_COLUMNS = [...COUNTS, 'dead_on_data', ...Object.values(LAYER_NUMBERS)] as const;

/** Ids of the measures that are stored by id. */
const MEASURED = RECKONED_MEASURES.map(({ id }) => id);

type Counted = Pick<Columns<(typeof COUNTS)[number], 'shed' | 'measured'>, 'rows' | 'numbers' | 'texts'>;

export function outlineOf(
  database: Connection,
  run: StoredRun,
  range: EpochRange,
  span: number,
  name: string | undefined,
): EpochSummary[] {
  const { from, to } = range;
  const found = readColumns(
    prepared(
      database,
      `select ${EPOCH_COLUMNS.join(', ')}, shed, measured from epochs where run = ? and epoch between ? and ? order by epoch`,
    ),
    [run.number, from, to],
    { numbers: EPOCH_COLUMNS, texts: textsOf(run) },
    to - from + 1,
  );
  const { epoch, weights, pruned } = found.numbers;
  const states = statesTold(found, weights, run.labels, span);
  const numbers = numbersTold(found.numbers, NUMBERS, span);
  const layers = layersOf(database, run.number);
  const counted = deadOnData(database, layers, range);
  const dead = extremesOf(
    derived(found.rows, (row) =>
      shareOf(counted.get(epoch[row]!) ?? Number.NaN, weights[row]! - pruned[row]!),
    ),
    span,
  );
  const layer = layers.find((candidate) => candidate.name === name);
  const ofLayer = layer ? layerTold(database, run, layer, range, span) : null;
  const channels = layers.reduce((sum, each) => sum + each.channels, 0);
  const phaseOf = prepared(database, 'select phase from epochs where run = ? and epoch = ?').pluck();
  return toldPlaces(found.rows, span).map((row, place) => {
    const told = numbers(place);
    return {
      ...told,
      // Never null, unlike the others.
      learningRate: told.learningRate!,
      steps: told.steps!,
      trainingSeconds: told.trainingSeconds!,
      evaluationSeconds: told.evaluationSeconds!,
      measurementSeconds: told.measurementSeconds!,
      testLoss: told.testLoss ?? Number.NaN,
      testAccuracy: told.testAccuracy ?? Number.NaN,
      epoch: epoch[row]!,
      // What is no number is that of the span's first epoch.
      phase: phaseOf.get(run.number, epoch[row - (row % span)]!) as Phase,
      ...states(place),
      channels,
      norm: Number.NaN,
      gradientNorm: null,
      deadOnData: orNull(dead[place]!),
      costs: null,
      layers: ofLayer ? [ofLayer(place)] : [],
    };
  });
}

/** A layer, of which there is a row for each epoch. */
function layerTold(
  database: Connection,
  run: StoredRun,
  { id, name, weights, channels }: StoredLayer,
  { from, to }: EpochRange,
  span: number,
): (place: number) => LayerEpoch {
  const found = readColumns(
    prepared(
      database,
      `select ${LAYER_COLUMNS.join(', ')}, shed, measured from layer_epochs where layer = ? and epoch between ? and ? order by epoch`,
    ),
    [id, from, to],
    { numbers: LAYER_COLUMNS, texts: textsOf(run) },
    to - from + 1,
  );
  const macs = networkOf(database, run)?.layers.find((entry) => entry.name === name)?.macs ?? null;
  const states = statesTold(found, new Float64Array(found.rows).fill(weights), run.labels, span);
  const numbers = numbersTold(found.numbers, LAYER_NUMBERS, span);
  const { pruned, dead_on_data: counted } = found.numbers;
  const dead = extremesOf(
    derived(found.rows, (row) => shareOf(counted[row]!, weights - pruned[row]!)),
    span,
  );
  return (place) => {
    const told = numbers(place);
    return {
      name,
      weights,
      macs,
      channels,
      ...told,
      norm: told.norm ?? Number.NaN,
      deadOnData: orNull(dead[place]!),
      ...states(place),
    };
  };
}

function textsOf({ labels }: StoredRun): Selected<never, 'shed' | 'measured'>['texts'] {
  return { shed: [...labels.keys()], measured: MEASURED };
}

/** Shares of the states of weights, and the measures that are stored by id. */
function statesTold(
  { rows, numbers, texts }: Counted,
  weights: Column,
  labels: readonly string[],
  span: number,
): (place: number) => StateShares & Pick<EpochSummary, 'freedChannels' | 'freed' | 'measured'> {
  const { pruned, zero } = numbers;
  const told = (value: (row: number) => number) => extremesOf(derived(rows, value), span);
  const ofKept = (count: Column) => (row: number) => shareOf(count[row]!, weights[row]! - pruned[row]!);
  const prunedShare = told((row) => share(pruned[row]!, weights[row]!));
  const zeroShare = told((row) => share(pruned[row]! + zero[row]!, weights[row]!));
  const [inert, freed] = [told(ofKept(numbers.inert)), told(ofKept(numbers.freed))];
  const freedChannels = extremesOf(numbers.freed_channels, span);
  const shed = byThresholdTold(
    labels,
    texts.shed.map((count) => derived(rows, ofKept(count))),
    span,
  );
  const measured = texts.measured.map((column) => extremesOf(column, span));
  return (place) => ({
    measured: Object.fromEntries(MEASURED.map((id, index) => [id, orNull(measured[index]![place]!)])),
    pruned: prunedShare[place]!,
    shed: shed(place),
    inertAtLeast: inert[place]!,
    zero: zeroShare[place]!,
    freedChannels: orNull(freedChannels[place]!),
    freed: orNull(freed[place]!),
  });
}

/** Columns by the keys that they are told by; null where none of a span has the number. */
function numbersTold<K extends string, C extends string>(
  columns: Readonly<Record<C, Column>>,
  names: Readonly<Record<K, C>>,
  span: number,
): (place: number) => Record<K, number | null> {
  const told = Object.entries<C>(names).map(([key, name]) => [key, extremesOf(columns[name], span)] as const);
  return (place) =>
    Object.fromEntries(told.map(([key, column]) => [key, orNull(column[place]!)])) as Record<
      K,
      number | null
    >;
}

/** Kept weights that are dead on the data, of the epochs in which they were counted in every layer: few, so those are found first. */
function deadOnData(
  database: Connection,
  layers: readonly StoredLayer[],
  { from, to }: EpochRange,
): ReadonlyMap<number, number> {
  const [first] = layers;
  if (!first) return new Map();
  const epochs = prepared(
    database,
    'select epoch from layer_epochs where layer = ? and epoch between ? and ? and dead_on_data is not null',
  )
    .pluck()
    .all(first.id, from, to) as number[];
  const countOf = prepared(
    database,
    'select dead_on_data from layer_epochs where layer = ? and epoch = ?',
  ).pluck();
  const totals = new Map<number, number>();
  for (const epoch of epochs) {
    const counts = layers.map(({ id }) => countOf.get(id, epoch) as number | null | undefined);
    if (counts.every((count) => typeof count === 'number'))
      totals.set(
        epoch,
        counts.reduce((sum, count) => sum + count, 0),
      );
  }
  return totals;
}

/** Of what was not counted, which is NaN, none. */
function shareOf(count: number, of: number): number {
  return Number.isNaN(count) ? count : share(count, of);
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
