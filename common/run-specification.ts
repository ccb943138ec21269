import {
  defaultComponents,
  type ComponentSettings,
  type DefaultComponentSettings,
} from './component-kinds.ts';
export type { NamedOptions } from './component-kinds.ts';
import type { Duration } from './study/duration.ts';
import type { Threshold } from './thresholds.ts';

/** Which prunable layers a criterion looks at: all, or those of the given kinds and names, without the excepted names. */
export interface LayerSelection {
  kinds: string[];
  names: string[];
  except: string[];
}

/** Pruning = criterion × granularity × distribution × schedule (its components), over chosen layers. */
export interface PruningSpecification extends ComponentSettings<'pruning'> {
  layers: LayerSelection;
  /** Share of the chosen layers' weights to prune, 0 < sparsity < 1. */
  sparsity: number;
  /** Whether the masks are shuffled within each layer before they are put in force: the count stays, the choice is lost. */
  shuffle: boolean;
  /** Whether the run ends when a layer has lost every weight. */
  onCollapse: 'continue' | 'stop';
}

/**
 * Everything that decides the numbers of a run except its seed. The training epochs follow the learning-rate schedule,
 * with pruning at the times that its schedule names; then each round of `retraining` adds its own epochs.
 */
export interface RunSpecification extends ComponentSettings<'run'> {
  batchSize: number;
  /** Epochs, or optimizer steps, of training. */
  epochs: Duration;
  pruning: PruningSpecification | null;
  thresholds: Threshold[];
  /**
   * Epoch at which σ of each layer is taken for relative thresholds: that of the first pruning, or the one before it where
   * it falls within an epoch; also in a control.
   */
  referenceEpoch: number;
  /** Rounds of retraining: those of an iterative schedule, also in its control; otherwise 1. */
  rounds: number;
  /** Last prunings of the schedule that do not take place, the mask before them kept: 0 but in a previous-mask control. */
  omittedPrunings: number;
  /**
   * Hash of the content that the data set must have, where runs of other content were there before under the same
   * specification (see `main/studies/changed-data.ts`); null for the first, whose content is in its environment.
   */
  dataHash: string | null;
}

/** Fields that specifications stored by earlier versions lack, at what they mean there; those that name components have their defaults. */
const LATER_FIELDS = {
  rounds: 1,
  omittedPrunings: 0,
  dataHash: null,
} satisfies Partial<RunSpecification>;
const LATER_PRUNING_FIELDS = {
  shuffle: false,
  onCollapse: 'continue',
} satisfies Partial<PruningSpecification>;

type Earlier<T, Later> = Omit<T, keyof Later> & Partial<Later>;

/** A pruning, and a specification, as any version may have stored it. */
export type StoredPruning = Earlier<
  PruningSpecification,
  Pick<PruningSpecification, keyof typeof LATER_PRUNING_FIELDS> & DefaultComponentSettings<'pruning'>
>;
export type StoredSpecification = Earlier<
  Omit<RunSpecification, 'pruning'>,
  Pick<RunSpecification, keyof typeof LATER_FIELDS> & DefaultComponentSettings<'run'>
> & {
  pruning: StoredPruning | null;
};

/** A stored specification with the fields that came later. */
export function completeSpecification(stored: StoredSpecification): RunSpecification {
  return {
    ...LATER_FIELDS,
    ...defaultComponents('run'),
    ...stored,
    pruning: stored.pruning && completePruning(stored.pruning),
  };
}

export function completePruning(stored: StoredPruning): PruningSpecification {
  return { ...LATER_PRUNING_FIELDS, ...defaultComponents('pruning'), ...stored };
}

/** A specification from the JSON that a workspace keeps. */
export function readSpecification(json: string): RunSpecification {
  return completeSpecification(JSON.parse(json) as StoredSpecification);
}

/** One run that a study asks for. Its controls are indices among the expanded runs: see common/controls.ts. */
export interface PlannedRun {
  specification: RunSpecification;
  seed: number;
  /** Arms that asked for it; a control twin that no arm named has none. */
  arms: string[];
  control: number | null;
  previousMask: number | null;
  /** The run that it shares its first epochs with, up to and with `epoch`; null for one that trains them itself. */
  trunk: { run: number; epoch: number } | null;
}
