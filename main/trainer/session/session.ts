import { findInert } from '../../../common/cascade/inert.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { LayerRecord, RunEvent } from '../../../common/records.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import { absoluteThresholds } from '../../../common/thresholds.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import { kernelSigma, measureStates } from '../measurement/states.ts';
import { initialParameters } from '../network/initialization.ts';
import { models } from '../network/registry.ts';
import { runsTurned } from '../network/turned.ts';
import { optimizers } from '../optimization/optimizers/registry.ts';
import { planRun, type RunPlan } from '../plan.ts';
import { prune } from '../pruning/prune.ts';
import type { Probe } from '../scoring/probe.ts';
import { uploadSplit, type DeviceSplit } from '../steps/device-data.ts';
import { DeviceState, inPrecision } from '../steps/device-state.ts';
import { EvaluationStep, type Evaluation } from '../steps/evaluation-step.ts';
import { TOTALS, TrainingStep, type StepDesign } from '../steps/training-step.ts';
import type { Engine } from '../tensorflow/engine.ts';
import { epochBatches } from './batches.ts';
import { encodeCheckpoint, restoreCheckpoint, type Position } from './checkpoint.ts';

/** Describes the network that a specification asks for on the given data. */
export function describeNetwork(specification: RunSpecification, dataset: Dataset): NetworkDescription {
  const normalised = (byte: number): number[] =>
    dataset.mean.map((mean, channel) => (byte / 255 - mean) / dataset.standardDeviation[channel]!);
  return models.find(specification.model.name).describe(specification.model, {
    imageShape: dataset.imageShape,
    classes: dataset.classes,
    minimum: Math.min(...normalised(0)),
    maximum: Math.max(...normalised(255)),
  });
}

/** What an epoch of training gave. */
export interface TrainedEpoch {
  steps: number;
  /** Mean over the epoch's examples, as they were seen. */
  loss: number;
  accuracy: number;
}

/** Looked at between steps; `loss` reads the running mean, which waits for the device. */
export type StepWatcher = (step: number, steps: number, loss: () => number) => void;

/**
 * One run on one engine: the state on the device, the masks, and where the run stands. Knows nothing of threads or
 * disks: the thread, the benchmark and the parity tests all drive it.
 */
export class TrainingSession {
  readonly network: NetworkDescription;
  readonly plan: RunPlan;
  readonly #engine: Engine;
  readonly #specification: RunSpecification;
  readonly #seed: number;
  readonly #design: StepDesign;
  readonly #evaluation: EvaluationStep;
  readonly #train: DeviceSplit;
  readonly #validation: DeviceSplit | null;
  readonly #test: DeviceSplit;
  readonly #state: DeviceState;
  readonly #steps = new Map<number, TrainingStep>();
  #masks: Map<string, Uint8Array>;
  #position: Position = { epoch: 0, step: 0, sigmas: null };

  constructor(engine: Engine, specification: RunSpecification, dataset: Dataset, seed: number) {
    this.#engine = engine;
    this.#specification = specification;
    this.#seed = seed;
    this.network = describeNetwork(specification, dataset);
    this.plan = planRun(specification);
    const optimizer = optimizers.find(specification.optimizer.name);
    const standardization = { mean: dataset.mean, deviation: dataset.standardDeviation };
    this.#design = {
      engine,
      network: this.network,
      optimizer,
      options: specification.optimizer,
      standardization,
    };
    this.#evaluation = new EvaluationStep(engine, this.network, standardization);
    const turned = runsTurned(this.network);
    const upload = (split: Split): DeviceSplit => uploadSplit(engine, split, dataset.imageShape, turned);
    this.#train = upload(dataset.train);
    this.#validation = dataset.validation && upload(dataset.validation);
    this.#test = upload(dataset.test);
    this.#state = new DeviceState(
      engine,
      this.network,
      optimizer.slots,
      initialParameters(this.network, seed),
    );
    this.#masks = new Map(
      this.network.layers.map((layer) => [layer.name, new Uint8Array(layer.weights).fill(1)]),
    );
  }

  /** Epochs done. */
  get epoch(): number {
    return this.#position.epoch;
  }

  /** Number of parameters, running statistics included. */
  get parameters(): number {
    return this.network.parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
      0,
    );
  }

  /** Nodes of the traced step, before TensorFlow optimises it. */
  get nodes(): number {
    return this.#step(Math.min(this.#specification.batchSize, this.#train.count)).nodes;
  }

  /** Goes on from a checkpoint as if the run had never stopped. */
  restore(checkpoint: Uint8Array): void {
    const { masks, position } = restoreCheckpoint(checkpoint, this.#state);
    this.#masks = masks;
    this.#position = position;
  }

  checkpoint(): Uint8Array<ArrayBuffer> {
    return encodeCheckpoint(this.#state, this.#masks, this.#position);
  }

  /** Trains the next epoch. @throws CascadeError DIVERGED when the loss is not a number */
  trainEpoch(watch: StepWatcher): TrainedEpoch {
    const epoch = this.#position.epoch + 1;
    const rate = this.plan.rates[epoch - 1]!;
    const batches = epochBatches(this.#train.count, this.#specification.batchSize, this.#seed, epoch);
    const engine = this.#engine;
    let totals = Array.from({ length: TOTALS }, () =>
      engine.upload(inPrecision(engine, [0]), [], engine.precision),
    );
    let examples = 0;
    const read = (): [number, number] => {
      const [loss, correct] = totals.map((total) => Number(engine.download(total)[0]));
      if (!Number.isFinite(loss!)) throw this.#diverged('training', epoch);
      return [loss! / examples, correct! / examples];
    };
    try {
      batches.forEach((indices, index) => {
        totals = this.#step(indices.length).run(
          this.#train,
          this.#state,
          indices,
          totals,
          rate,
          this.#position.step + 1,
        );
        this.#position.step += 1;
        examples += indices.length;
        watch(index + 1, batches.length, () => read()[0]);
      });
      const [loss, accuracy] = read();
      this.#position.epoch = epoch;
      return { steps: batches.length, loss, accuracy };
    } finally {
      for (const total of totals) if (!total.released) total.release();
    }
  }

  /** @throws CascadeError DIVERGED when the loss is not a number, as after a last step that overflowed */
  evaluate(): { validation: Evaluation | null; test: Evaluation } {
    const validation = this.#validation && this.#evaluation.run(this.#validation, this.#state);
    return { validation, test: this.#evaluateTest() };
  }

  /** Takes σ of every layer when the reference epoch has come; before pruning. */
  takeReference(): void {
    if (this.#position.epoch !== this.#specification.referenceEpoch) return;
    this.#position.sigmas = Object.fromEntries(
      this.network.layers.map(({ name, kernel }) => [name, kernelSigma(this.#state.readParameter(kernel))]),
    );
  }

  /** Prunes when the plan says so after this epoch; answers with the events of it. */
  pruneIfPlanned(): RunEvent[] {
    const { pruning } = this.#specification;
    const step = this.plan.pruning.find(({ epoch }) => epoch === this.#position.epoch);
    if (!pruning || !step) return [];
    const before = this.#evaluateTest();
    const sparsity = pruning.sparsity * step.share;
    const layers = this.network.layers.map(({ name, kind, shape, kernel }) => ({
      name,
      kind,
      shape,
      weights: this.#state.readParameter(kernel),
      mask: this.#masks.get(name)!,
    }));
    const { epoch } = this.#position;
    const outcome = prune(pruning, layers, {
      sparsity,
      seed: this.#seed,
      counters: [epoch],
      probe: this.#probe(),
    });
    for (const { name, kernel } of this.network.layers) {
      const mask = outcome.masks.get(name);
      if (!mask) continue;
      this.#masks.set(name, mask);
      this.#state.applyMask(kernel, mask);
    }
    const after = this.#evaluateTest();
    const all = this.network.layers.reduce((sum, { weights }) => sum + weights, 0);
    const pruned = [...this.#masks.values()].reduce((sum, mask) => sum + zeros(mask), 0);
    const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
    const events: RunEvent[] = [
      {
        kind: 'pruned',
        epoch,
        message:
          `Pruned ${percent(outcome.reached)} of the chosen layers’ weights (asked ${percent(outcome.asked)}), ` +
          `${percent(pruned / all)} of all; test accuracy ${percent(before.accuracy)} → ${percent(after.accuracy)}.`,
        data: {
          asked: outcome.asked,
          reached: outcome.reached,
          prunedWeights: pruned,
          prunableWeights: all,
          layers: outcome.layers,
          testAccuracyBefore: before.accuracy,
          testAccuracyAfter: after.accuracy,
        },
      },
    ];
    if (outcome.collapsed.length > 0)
      events.push({
        kind: 'layer-collapsed',
        epoch,
        message: `Every weight of ${outcome.collapsed.join(', ')} was pruned: the network’s output no longer depends on its input.`,
        data: { layers: outcome.collapsed },
      });
    return events;
  }

  /** The state of every weight of every layer. */
  measure(): LayerRecord[] {
    const values = new Map(
      this.network.parameters.map(({ name }) => [name, this.#state.readParameter(name)]),
    );
    const inertness = findInert(this.network, values);
    const normOf = new Map(
      this.network.nodes.flatMap((node) =>
        node.operation === 'batch-norm' ? [[node.inputs[0]!, node] as const] : [],
      ),
    );
    return this.network.layers.map((layer) => {
      const weights = values.get(layer.kernel)!;
      const norm = normOf.get(layer.name);
      return measureStates({
        layer,
        weights,
        mask: this.#masks.get(layer.name)!,
        inertness: inertness.get(layer.name)!,
        thresholds: absoluteThresholds(
          this.#specification.thresholds,
          this.#position.sigmas?.[layer.name] ?? kernelSigma(weights),
        ),
        gamma: norm ? values.get(norm.gamma)! : null,
        beta: norm ? values.get(norm.beta)! : null,
      });
    });
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
    this.#steps.clear();
    this.#evaluation.dispose();
    this.#state.dispose();
    for (const split of [this.#train, this.#validation, this.#test]) {
      split?.images.release();
      split?.labels.release();
    }
  }

  #probe(): Probe {
    return {
      normScales: (layer) => {
        const norm = this.network.nodes.find(
          (node) => node.operation === 'batch-norm' && node.inputs[0] === layer,
        );
        return norm?.operation === 'batch-norm' ? this.#state.readParameter(norm.gamma).map(Math.abs) : null;
      },
    };
  }

  #evaluateTest(): Evaluation {
    const test = this.#evaluation.run(this.#test, this.#state);
    if (!Number.isFinite(test.loss)) throw this.#diverged('test', this.#position.epoch);
    return test;
  }

  #diverged(loss: string, epoch: number): CascadeError {
    const rate = this.plan.rates[Math.max(epoch, 1) - 1];
    return new CascadeError(
      'DIVERGED',
      `The ${loss} loss is not a finite number in epoch ${epoch}: the training diverged; lower the learning rate (${rate}).`,
    );
  }

  /** The step for a batch size, traced when it is first needed. */
  #step(batch: number): TrainingStep {
    let step = this.#steps.get(batch);
    if (!step) {
      step = new TrainingStep(this.#design, this.#train, this.#state, batch);
      this.#steps.set(batch, step);
    }
    return step;
  }
}

function zeros(mask: Uint8Array): number {
  let count = 0;
  for (const bit of mask) count += 1 - bit;
  return count;
}
