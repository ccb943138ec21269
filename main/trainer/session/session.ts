import { channelGroups, type ChannelGroup } from '../../../common/cascade/channel-groups.ts';
import { findInert } from '../../../common/cascade/inert.ts';
import { effectiveMacs } from '../../../common/cascade/macs.ts';
import { CascadeError } from '../../../common/errors.ts';
import { generator } from '../../../common/random.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { Compilation, LayerRecord, RunEvent } from '../../../common/records.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import { absoluteThresholds } from '../../../common/thresholds.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import { GradientNorms } from '../measurement/gradient-norms.ts';
import { kernelSigma, measureStates } from '../measurement/states.ts';
import { initialParameters } from '../network/initialization.ts';
import { describeNetwork } from '../network/describe.ts';
import { startingParameters } from '../network/pretrained.ts';
import { runsTurned } from '../network/turned.ts';
import { optimizers } from '../optimization/optimizers/registry.ts';
import {
  planRun,
  rateOf,
  stageOf,
  stepsOfEpoch,
  type PlannedPruning,
  type RunPlan,
  type Stage,
} from '../plan.ts';
import { shuffleMasks } from '../pruning/masks.ts';
import { prune, type PruningOutcome } from '../pruning/prune.ts';
import { createProbe } from '../scoring/network-probe.ts';
import { chooseCompilation, type CompilationChoice } from '../steps/compilation.ts';
import { uploadSplit, type DeviceSplit } from '../steps/device-data.ts';
import { DeviceState, inPrecision } from '../steps/device-state.ts';
import { EvaluationStep, type Evaluation } from '../steps/evaluation-step.ts';
import { stateSlots, type StepDesign } from '../steps/step-design.ts';
import { TOTALS, TrainingStep } from '../steps/training-step.ts';
import type { Engine } from '../tensorflow/engine.ts';
import { epochBatches } from './batches.ts';
import { encodeCheckpoint, restoreCheckpoint, snapshotOf, type Position } from './checkpoint.ts';
import { pruningEvents } from './pruning-events.ts';
import { restoreSnapshot, takeSnapshot, type Snapshot } from './snapshot.ts';

/** What an epoch of training gave. */
export interface TrainedEpoch {
  steps: number;
  /** Mean over the epoch's examples, as they were seen. */
  loss: number;
  accuracy: number;
  /** Seconds that the steps waited for images. */
  waited: number;
  /** What happened in its course: weights rewound before it, prunings within it. */
  events: RunEvent[];
}

/** A pruning at an epoch's end, and the test split as it is before and after it, with every prediction. */
export interface PrunedEpoch {
  events: RunEvent[];
  before: Evaluation;
  test: Evaluation;
}

/** What is measured of the weights after an epoch. */
export interface MeasuredEpoch {
  layers: LayerRecord[];
  /** Trainable parameters of the whole network after physical compaction. */
  compactedParameters: number;
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
  readonly #stepsPerEpoch: number;
  #design: StepDesign;
  readonly #evaluation: EvaluationStep;
  readonly #gradientNorms: GradientNorms;
  /** Worked out when they are first needed. */
  #groups: ChannelGroup[] | null = null;
  readonly #train: DeviceSplit;
  readonly #validation: DeviceSplit | null;
  readonly #test: DeviceSplit;
  readonly #state: DeviceState;
  readonly #steps = new Map<number, TrainingStep>();
  #masks: Map<string, Uint8Array>;
  #position: Position = { epoch: 0, step: 0, sigmas: null, rewindStep: null };
  /** What weight rewinding goes back to, once the training has come by it. */
  #rewindTo: Snapshot | null = null;

  /** @param compile how the step is run, as it was chosen when the run began: see `chooseCompilation` */
  constructor(
    engine: Engine,
    specification: RunSpecification,
    dataset: Dataset,
    seed: number,
    compile: Compilation | null = null,
  ) {
    this.#engine = engine;
    this.#specification = specification;
    this.#seed = seed;
    this.network = describeNetwork(specification, dataset);
    this.#stepsPerEpoch = Math.ceil(dataset.train.count / specification.batchSize);
    this.plan = planRun(specification, this.#stepsPerEpoch);
    const optimizer = optimizers.find(specification.optimizer.name);
    const standardization = { mean: dataset.mean, deviation: dataset.standardDeviation };
    this.#design = {
      engine,
      network: this.network,
      optimizer,
      options: specification.optimizer,
      standardization,
      seed,
      augmentation: specification.augmentation,
      loss: specification.loss,
      gradientClipping: specification.gradientClipping,
      averaging: specification.averaging,
      compile,
    };
    this.#evaluation = new EvaluationStep(engine, this.network, standardization);
    const turned = runsTurned(this.network);
    const upload = (split: Split): DeviceSplit => uploadSplit(engine, split, dataset.imageShape, turned);
    this.#train = upload(dataset.train);
    this.#validation = dataset.validation && upload(dataset.validation);
    this.#test = upload(dataset.test);
    this.#gradientNorms = new GradientNorms(this.#design, this.#train, specification.batchSize);
    this.#state = new DeviceState(
      engine,
      this.network,
      stateSlots(this.#design),
      startingParameters(specification.model, this.network, seed),
    );
    this.#masks = new Map(
      this.network.layers.map((layer) => [layer.name, new Uint8Array(layer.weights).fill(1)]),
    );
  }

  /** Epochs done. */
  get epoch(): number {
    return this.#position.epoch;
  }

  /** Rate of the first step of an epoch, from 1. */
  rate(epoch: number): number {
    return rateOf(this.plan, epoch, 0, this.#stepsPerEpoch);
  }

  /**
   * Finds out how this run's steps are run fastest here, and runs them so from now on. The choice decides last bits: it is
   * kept with the run, and not made again.
   */
  chooseCompilation(): Omit<CompilationChoice, 'step'> {
    const batch = Math.min(this.#specification.batchSize, this.#train.count);
    const steps = this.plan.stages.reduce((sum, stage) => sum + stage.steps, 0);
    const { step, ...choice } = chooseCompilation(this.#design, this.#train, this.#state, batch, steps);
    this.#design = { ...this.#design, compile: choice.compile };
    this.#steps.set(batch, step);
    return choice;
  }

  /** Goes on from a checkpoint as if the run had never stopped. */
  restore(checkpoint: Uint8Array): void {
    const { masks, position, rewindTo } = restoreCheckpoint(checkpoint, this.#state);
    this.#masks = masks;
    this.#position = position;
    this.#rewindTo = rewindTo;
  }

  /** Takes the state that weight rewinding goes back to from the trunk's checkpoint after that very step. */
  rewindLaterTo(checkpoint: Uint8Array): void {
    this.#rewindTo = snapshotOf(checkpoint, this.#state);
    this.#position.rewindStep = this.#rewindTo.step;
  }

  checkpoint(): Uint8Array<ArrayBuffer> {
    return encodeCheckpoint(this.#state, this.#masks, this.#position, this.#rewindTo);
  }

  /**
   * Trains the next epoch, its prunings and what begins its stage included.
   *
   * @throws CascadeError DIVERGED when the loss is not a number, LAYER_COLLAPSED when a layer has lost every weight and
   *   the study says to stop there
   */
  trainEpoch(watch: StepWatcher): TrainedEpoch {
    const epoch = this.#position.epoch + 1;
    this.#refuseCollapsed();
    const events = this.#beginStage(epoch);
    const steps = stepsOfEpoch(this.plan, epoch, this.#stepsPerEpoch);
    const batches = epochBatches(this.#train.count, this.#specification.batchSize, this.#seed, epoch).slice(
      0,
      steps,
    );
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
      const waitedBefore = this.#train.source?.waited ?? 0;
      this.#train.source?.plan(batches);
      batches.forEach((indices, index) => {
        const pruned = this.#pruneWithin(epoch, index);
        // Scoring reads images too: what was planned is read anew from here.
        if (pruned.length > 0) this.#train.source?.plan(batches.slice(index));
        events.push(...pruned);
        this.#keepToRewind(epoch);
        totals = this.#step(indices.length).run(
          this.#train,
          this.#state,
          indices,
          totals,
          rateOf(this.plan, epoch, index, this.#stepsPerEpoch),
          this.#position.step + 1,
        );
        this.#position.step += 1;
        examples += indices.length;
        watch(index + 1, steps, () => read()[0]);
      });
      const [loss, accuracy] = read();
      this.#position.epoch = epoch;
      const waited = (this.#train.source?.waited ?? 0) - waitedBefore;
      return { steps, loss, accuracy, waited, events };
    } finally {
      for (const total of totals) if (!total.released) total.release();
    }
  }

  /**
   * @param test what a pruning has measured already; at the end of the run every prediction is kept
   * @throws CascadeError DIVERGED when the loss is not a number, as after a last step that overflowed
   */
  evaluate(test = this.#evaluateTest(this.#position.epoch === this.plan.epochs)): {
    validation: Evaluation | null;
    test: Evaluation;
  } {
    const validation = this.#validation && this.#evaluation.run(this.#validation, this.#state);
    return { validation, test };
  }

  /** Takes σ of every layer when the reference epoch has come; before pruning. */
  takeReference(): void {
    if (this.#position.epoch !== this.#specification.referenceEpoch) return;
    this.#position.sigmas = Object.fromEntries(
      this.network.layers.map(({ name, kernel }) => [name, kernelSigma(this.#state.readParameter(kernel))]),
    );
  }

  /** Prunes when the plan says so after this epoch; null when it does not. */
  pruneIfPlanned(): PrunedEpoch | null {
    const { epoch } = this.#position;
    const planned = this.plan.prunings.find((pruning) => pruning.epoch === epoch && pruning.step === null);
    if (!planned) return null;
    const before = this.#evaluateTest(true);
    const done = this.#prune(planned, [epoch]);
    const test = this.#evaluateTest(true);
    return { events: pruningEvents({ ...done, before, after: test }), before, test };
  }

  /** The state of every weight of every layer, what compaction leaves of them, and the gradients. Changes nothing. */
  measure(): MeasuredEpoch {
    const values = new Map(
      this.network.parameters.map(({ name }) => [name, this.#state.readParameter(name)]),
    );
    const inertness = findInert(this.network, values);
    const normOf = new Map(
      this.network.nodes.flatMap((node) =>
        node.operation === 'batch-norm' ? [[node.inputs[0]!, node] as const] : [],
      ),
    );
    const states = this.network.layers.map((layer) => {
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
    const costs = effectiveMacs(this.network, states, (this.#groups ??= channelGroups(this.network)));
    const gradientNorms = this.#gradientNorms.measure(this.#state);
    return {
      layers: states.map((layer, index) => ({
        ...layer,
        compacted: costs.layers[index]!.compacted.weights,
        gradientNorm: gradientNorms[index]!,
      })),
      compactedParameters: costs.compacted.parameters,
    };
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
    this.#steps.clear();
    this.#evaluation.dispose();
    this.#gradientNorms.dispose();
    this.#state.dispose();
    for (const split of [this.#train, this.#validation, this.#test]) {
      split?.images.release();
      split?.labels.release();
    }
  }

  #pruneWithin(epoch: number, step: number): RunEvent[] {
    const planned = this.plan.prunings.find((pruning) => pruning.epoch === epoch && pruning.step === step);
    if (!planned) return [];
    return pruningEvents({ ...this.#prune(planned, [epoch, step]), before: null, after: null });
  }

  #prune(planned: PlannedPruning, counters: readonly number[]) {
    const pruning = this.#specification.pruning!;
    const layers = this.network.layers.map(({ name, kind, shape, kernel }) => ({
      name,
      kind,
      shape,
      weights: this.#state.readParameter(kernel),
      mask: this.#masks.get(name)!,
    }));
    const probe = createProbe({
      engine: this.#engine,
      network: this.network,
      state: this.#state,
      train: this.#train,
      standardization: this.#design.standardization,
      seed: this.#seed,
      counters,
    });
    let outcome: PruningOutcome;
    try {
      outcome = prune(pruning, layers, {
        sparsity: planned.sparsity,
        seed: this.#seed,
        counters,
        probe,
        network: this.network,
      });
    } finally {
      probe.dispose();
    }
    const masks = pruning.shuffle
      ? shuffleMasks(outcome.masks, this.#seed, counters, this.#masks)
      : outcome.masks;
    for (const { name, kernel } of this.network.layers) {
      const mask = masks.get(name);
      if (!mask) continue;
      this.#masks.set(name, mask);
      this.#state.applyMask(kernel, mask);
    }
    const weights = this.network.layers.reduce((sum, layer) => sum + layer.weights, 0);
    const pruned = [...this.#masks.values()].reduce((sum, mask) => sum + zeros(mask), 0);
    return { planned, outcome, pruned, weights };
  }

  /** Before the first step of a stage: weights go back, or begin anew, where its retraining says so. */
  #beginStage(epoch: number): RunEvent[] {
    const stage = stageOf(this.plan, epoch);
    if (stage.firstEpoch !== epoch || stage.start === 'continue') return [];
    const event = (kind: RunEvent['kind'], message: string, data: RunEvent['data']): RunEvent[] => [
      { kind, epoch: epoch - 1, message, data },
    ];
    if (stage.start === 'reinitialise') {
      const round = this.plan.stages.indexOf(stage);
      const drawn = generator(this.#seed, 'reinitialisation', round).next() >>> 1;
      this.#goBack(this.#initialSnapshot(initialParameters(this.network, drawn)));
      return event('reinitialised', 'All weights were drawn anew; the masks were kept.', { seed: drawn });
    }
    const step = this.plan.rewindTo!;
    this.#goBack(step === 0 ? this.#initialSnapshot(this.#startingParameters()) : this.#rewindTo!);
    const to = step % this.#stepsPerEpoch === 0 ? `epoch ${step / this.#stepsPerEpoch}` : `step ${step}`;
    return event('rewound', `The kept weights were set back to those of ${to}.`, { step });
  }

  #goBack(snapshot: Snapshot): void {
    restoreSnapshot(this.#state, snapshot, this.#masks);
    this.#position.step = snapshot.step;
  }

  #startingParameters(): Map<string, Float32Array> {
    return startingParameters(this.#specification.model, this.network, this.#seed);
  }

  /** The state of a run that begins with these parameters. */
  #initialSnapshot(parameters: ReadonlyMap<string, Float32Array>): Snapshot {
    return {
      step: 0,
      parameters: new Map([...parameters].map(([name, values]) => [name, Float32Array.from(values)])),
      slots: new Map(
        this.#state.slotNames.map((slot) => [slot, new Float32Array(this.#state.readSlot(slot).length)]),
      ),
    };
  }

  /** Keeps the state that weight rewinding goes back to, when the training comes by it; the initial one is drawn again. */
  #keepToRewind(epoch: number): void {
    const { rewindTo } = this.plan;
    if (rewindTo === null || rewindTo === 0 || this.#rewindTo) return;
    const stage: Stage = stageOf(this.plan, epoch);
    if (stage.phase !== 'training' || this.#position.step !== rewindTo) return;
    this.#rewindTo = takeSnapshot(this.#state, rewindTo);
    this.#position.rewindStep = rewindTo;
  }

  #refuseCollapsed(): void {
    if (this.#specification.pruning?.onCollapse !== 'stop') return;
    const collapsed = [...this.#masks].filter(([, mask]) => zeros(mask) === mask.length);
    if (collapsed.length > 0)
      throw new CascadeError(
        'LAYER_COLLAPSED',
        `Every weight of ${collapsed.map(([name]) => name).join(', ')} was pruned, and the study says to stop there (onCollapse: stop).`,
      );
  }

  #evaluateTest(keep: boolean): Evaluation {
    const test = this.#evaluation.run(this.#test, this.#state, { keep });
    if (!Number.isFinite(test.loss)) throw this.#diverged('test', this.#position.epoch);
    return test;
  }

  #diverged(loss: string, epoch: number): CascadeError {
    const rate = this.rate(Math.max(epoch, 1));
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
