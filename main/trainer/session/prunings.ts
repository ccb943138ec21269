import { CascadeError } from '../../../common/errors.ts';
import type { RunEvent } from '../../../common/records.ts';
import type { PruningSpecification } from '../../../common/run-specification.ts';
import type { PlannedPruning, TrainingPlan } from '../training-plan.ts';
import type { HandedMasks } from '../pruning/criteria/criterion.ts';
import { chosenMasks } from '../pruning/criteria/given-masks.ts';
import { selectLayers } from '../pruning/layer-selection.ts';
import { countPruned, shuffleMasks } from '../pruning/masks.ts';
import { prune, type PruningOutcome } from '../pruning/prune.ts';
import { createDerivatives } from '../scoring/network-derivatives.ts';
import type { ScoredNetwork } from '../scoring/scored-network.ts';
import type { Evaluation } from '../steps/evaluation-step.ts';
import type { TrainingState } from './checkpoint.ts';
import { pruningEvents, type DonePruning } from './pruning-events.ts';

/** A pruning at an epoch's end, and the test split as it is before and after it, with every prediction. */
export interface PrunedEpoch {
  events: RunEvent[];
  before: Evaluation;
  test: Evaluation;
}

export interface PruningSetting extends ScoredNetwork {
  seed: number;
  plan: TrainingPlan;
  /** Null where the plan has no prunings. */
  pruning: PruningSpecification | null;
}

/** The prunings of a run: new masks when the plan says so, in the training state and on the device. */
export class Prunings {
  readonly #setting: PruningSetting;
  readonly #trainingState: TrainingState;
  #handed: HandedMasks | null = null;

  constructor(setting: PruningSetting, trainingState: TrainingState) {
    this.#setting = setting;
    this.#trainingState = trainingState;
  }

  /**
   * Takes the masks of another run, to be put in force when the pruning comes.
   *
   * @param npz `<layer>.pruned` of at least the layers that are to be pruned
   * @throws CascadeError BAD_MASKS where they do not fit these layers
   */
  hand(npz: Uint8Array): void {
    const { pruning, network } = this.#setting;
    this.#handed = pruning && chosenMasks(npz, selectLayers(network.layers, pruning.layers));
  }

  /** Prunes when the plan says so after `step` steps of an epoch. */
  within(epoch: number, step: number): RunEvent[] {
    const planned = this.#planned(epoch, step);
    if (!planned) return [];
    return pruningEvents({ ...this.#prune(planned, [epoch, step]), before: null, after: null });
  }

  /** Prunes when the plan says so after the epoch; null when it does not. */
  after(epoch: number, evaluate: () => Evaluation): PrunedEpoch | null {
    const planned = this.#planned(epoch, null);
    if (!planned) return null;
    const before = evaluate();
    const done = this.#prune(planned, [epoch]);
    const test = evaluate();
    return { events: pruningEvents({ ...done, before, after: test }), before, test };
  }

  /** @throws CascadeError LAYER_COLLAPSED when a layer has lost every weight and the study says to stop there */
  refuseCollapsed(): void {
    if (this.#setting.pruning?.onCollapse !== 'stop') return;
    const collapsed = [...this.#trainingState.masks].filter(([, mask]) => countPruned(mask) === mask.length);
    if (collapsed.length > 0)
      throw new CascadeError(
        'LAYER_COLLAPSED',
        `Every weight of ${collapsed.map(([name]) => name).join(', ')} was pruned, and the study says to stop there (onCollapse: stop).`,
      );
  }

  #planned(epoch: number, step: number | null): PlannedPruning | undefined {
    return this.#setting.plan.prunings.find((pruning) => pruning.epoch === epoch && pruning.step === step);
  }

  #prune(planned: PlannedPruning, counters: readonly number[]): Omit<DonePruning, 'before' | 'after'> {
    const { network, state, seed } = this.#setting;
    const pruning = this.#setting.pruning!;
    const { masks } = this.#trainingState;
    const outcome = this.#choose(pruning, planned.sparsity, counters);
    const chosen = pruning.shuffle ? shuffleMasks(outcome.masks, seed, counters, masks) : outcome.masks;
    for (const { name, kernel } of network.layers) {
      const mask = chosen.get(name);
      if (!mask) continue;
      masks.set(name, mask);
      state.applyMask(kernel, mask);
    }
    const weights = network.layers.reduce((sum, layer) => sum + layer.weights, 0);
    const pruned = [...masks.values()].reduce((sum, mask) => sum + countPruned(mask), 0);
    return { planned, outcome, pruned, weights };
  }

  #choose(pruning: PruningSpecification, sparsity: number, counters: readonly number[]): PruningOutcome {
    const { network, state, seed } = this.#setting;
    const layers = network.layers.map(({ name, kind, shape, kernel }) => ({
      name,
      kind,
      shape,
      weights: state.readParameter(kernel),
      mask: this.#trainingState.masks.get(name)!,
    }));
    const derivatives = createDerivatives({ ...this.#setting, counters });
    try {
      return prune(pruning, layers, { sparsity, seed, counters, derivatives, network, handed: this.#handed });
    } finally {
      derivatives.dispose();
    }
  }
}
