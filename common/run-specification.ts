import type { Threshold } from './thresholds.ts';

/** A component chosen by name with its options, validated by the component's own schema in the catalogue. */
export interface NamedOptions {
  name: string;
  [option: string]: unknown;
}

/** Which prunable layers a criterion looks at: all, or those of the given kinds and names, without the excepted names. */
export interface LayerSelection {
  kinds: string[];
  names: string[];
  except: string[];
}

/** Pruning = criterion × granularity × distribution × schedule, over chosen layers. */
export interface PruningSpecification {
  criterion: NamedOptions;
  granularity: NamedOptions;
  distribution: NamedOptions;
  schedule: NamedOptions;
  layers: LayerSelection;
  /** Share of the chosen layers' weights to prune, 0 < sparsity < 1. */
  sparsity: number;
}

/**
 * Everything that decides the numbers of a run except its seed. Training epochs 1 … `epochs` follow the
 * learning-rate schedule, with pruning after the epochs that its schedule names; then `retraining` adds its own epochs.
 */
export interface RunSpecification {
  dataset: NamedOptions;
  model: NamedOptions;
  batchSize: number;
  epochs: number;
  optimizer: NamedOptions;
  learningRate: NamedOptions;
  pruning: PruningSpecification | null;
  retraining: NamedOptions;
  thresholds: Threshold[];
  /** Epoch at which σ of each layer is taken for relative thresholds: the first pruning epoch, also in a control. */
  referenceEpoch: number;
}

/** One run that a study asks for. `control` is the index of its control twin among the expanded runs. */
export interface PlannedRun {
  specification: RunSpecification;
  seed: number;
  /** Arms that asked for it; a control twin that no arm named has none. */
  arms: string[];
  control: number | null;
}
