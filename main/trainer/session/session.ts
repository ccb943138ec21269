import { CascadeError } from '../../../common/errors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { Compilation, RunEvent } from '../../../common/records.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import { countsDead, DeadOnData } from '../measurement/dead-on-data.ts';
import { FreeMotion } from '../measurement/free-motion.ts';
import { GradientNorms } from '../measurement/gradient-norms.ts';
import { NetworkMeasurement, type MeasuredEpoch } from '../measurement/network-measurement.ts';
import { kernelSigma } from '../measurement/states.ts';
import { describeNetwork } from '../network/describe.ts';
import { startingParameters } from '../network/pretrained.ts';
import { runsRotated } from '../network/rotated.ts';
import { optimizers } from '../optimization/optimizers/registry.ts';
import {
  planTraining,
  rateOf,
  ratesOfEpoch,
  stepsOfEpoch,
  type EpochRates,
  type TrainingPlan,
} from '../training-plan.ts';
import { chooseCompilation, type CompilationChoice } from '../steps/compilation.ts';
import { uploadSplit, type DeviceSplit } from '../steps/device-data.ts';
import { DeviceState, inPrecision } from '../steps/device-state.ts';
import { EvaluationStep, type Evaluation } from '../steps/evaluation-step.ts';
import { stateSlots, type StepDesign } from '../steps/step-design.ts';
import { TOTALS, TrainingStep } from '../steps/training-step.ts';
import type { Engine } from '../tensorflow/engine.ts';
import { epochBatches } from './batches.ts';
import { encodeCheckpoint, restoreCheckpoint, type TrainingState } from './checkpoint.ts';
import { Prunings, type PrunedEpoch } from './prunings.ts';
import { Stages } from './stages.ts';

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

/** Looked at between steps; `loss` reads the running mean, which waits for the device. */
export type StepWatcher = (step: number, steps: number, loss: () => number) => void;

/**
 * One run on one engine: the state on the device, the masks, and where the run stands. Knows nothing of threads or
 * disks: the thread, the benchmark and the parity tests all drive it.
 */
export class TrainingSession {
  readonly network: NetworkDescription;
  readonly plan: TrainingPlan;
  readonly #engine: Engine;
  readonly #specification: RunSpecification;
  readonly #seed: number;
  readonly #stepsPerEpoch: number;
  #design: StepDesign;
  readonly #evaluation: EvaluationStep;
  readonly #measurement: NetworkMeasurement;
  readonly #motion: FreeMotion;
  readonly #deadOnData: DeadOnData;
  readonly #train: DeviceSplit;
  readonly #validation: DeviceSplit | null;
  readonly #test: DeviceSplit;
  readonly #state: DeviceState;
  readonly #steps = new Map<number, TrainingStep>();
  readonly #trainingState: TrainingState;
  readonly #prunings: Prunings;
  readonly #stages: Stages;
  #settled = false;

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
    this.plan = planTraining(specification, this.#stepsPerEpoch);
    const optimizer = optimizers.open(specification.optimizer);
    const standardization = { mean: dataset.mean, deviation: dataset.standardDeviation };
    this.#design = {
      engine,
      network: this.network,
      optimizer,
      standardization,
      seed,
      augmentation: specification.augmentation,
      loss: specification.loss,
      gradientClipping: specification.gradientClipping,
      averaging: specification.averaging,
      compile,
    };
    this.#evaluation = new EvaluationStep(engine, this.network, standardization);
    const rotated = runsRotated(this.network);
    const upload = (split: Split): DeviceSplit => uploadSplit(engine, split, dataset.imageShape, rotated);
    this.#train = upload(dataset.train);
    this.#validation = dataset.validation && upload(dataset.validation);
    this.#test = upload(dataset.test);
    this.#state = new DeviceState(
      engine,
      this.network,
      stateSlots(this.#design),
      startingParameters(specification.model, this.network, seed),
    );
    this.#measurement = new NetworkMeasurement(
      this.#state,
      new GradientNorms(this.#design, this.#train, specification.batchSize),
    );
    this.#motion = new FreeMotion({
      engine,
      network: this.network,
      optimizer,
      seed,
    });
    this.#deadOnData = new DeadOnData(this.#design, [this.#test, this.#train], specification.batchSize);
    this.#trainingState = {
      masks: new Map(this.network.layers.map((layer) => [layer.name, new Uint8Array(layer.weights).fill(1)])),
      position: { epoch: 0, step: 0, sigmas: null, rewindStep: null },
      rewindTo: null,
    };
    const { network, plan } = this;
    const [state, train] = [this.#state, this.#train];
    this.#prunings = new Prunings(
      { engine, network, state, train, standardization, seed, plan, pruning: specification.pruning },
      this.#trainingState,
    );
    this.#stages = new Stages(
      { state, plan, stepsPerEpoch: this.#stepsPerEpoch, model: specification.model, seed },
      this.#trainingState,
    );
  }

  /** Epochs done. */
  get epoch(): number {
    return this.#trainingState.position.epoch;
  }

  /** Rates of an epoch's steps, from epoch 1. */
  rates(epoch: number): EpochRates {
    return ratesOfEpoch(this.plan, epoch, this.#stepsPerEpoch);
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
    const { motion, ...trainingState } = restoreCheckpoint(checkpoint, this.#state);
    Object.assign(this.#trainingState, trainingState);
    this.#motion.restore(motion);
  }

  /** Takes the state that weight rewinding goes back to from the trunk's checkpoint after that very step. */
  rewindLaterTo(checkpoint: Uint8Array): void {
    this.#stages.rewindLaterTo(checkpoint);
  }

  /** Takes the masks of another run, to be put in force when the pruning comes: see `Prunings.hand`. */
  handMasks(npz: Uint8Array): void {
    this.#prunings.hand(npz);
  }

  checkpoint(): Uint8Array<ArrayBuffer> {
    return encodeCheckpoint(this.#state, this.#trainingState, this.#motion.motion);
  }

  /**
   * Trains the next epoch, its prunings and what begins its stage included.
   *
   * @throws CascadeError DIVERGED when the loss is not a number, LAYER_COLLAPSED when a layer has lost every weight and
   *   the study says to stop there
   */
  trainEpoch(watch: StepWatcher): TrainedEpoch {
    this.#settle();
    const { position } = this.#trainingState;
    const epoch = position.epoch + 1;
    this.#prunings.refuseCollapsed();
    const events = this.#stages.begin(epoch).map((event) => this.#withEvaluation(event));
    const { masks } = this.#trainingState;
    this.#motion.begin(this.#state, masks);
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
      this.#train.source?.announce(batches);
      batches.forEach((indices, index) => {
        const pruned = this.#prunings.within(epoch, index);
        // Scoring reads images too: what was planned is read anew from here.
        if (pruned.length > 0) {
          this.#train.source?.announce(batches.slice(index));
          this.#motion.begin(this.#state, masks);
        }
        events.push(...pruned);
        this.#stages.keepToRewind(epoch);
        const rate = rateOf(this.plan, epoch, index, this.#stepsPerEpoch);
        position.step += 1;
        this.#motion.note(rate, position.step);
        totals = this.#step(indices.length).run(
          this.#train,
          this.#state,
          indices,
          totals,
          rate,
          position.step,
        );
        examples += indices.length;
        watch(index + 1, steps, () => read()[0]);
      });
      const [loss, accuracy] = read();
      position.epoch = epoch;
      this.#motion.finish(this.#state);
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
  evaluate(test = this.#evaluateTest(this.epoch === this.plan.epochs)): {
    validation: Evaluation | null;
    test: Evaluation;
  } {
    const validation = this.#validation && this.#evaluation.run(this.#validation, this.#state);
    return { validation, test };
  }

  /** Takes σ of every layer when the reference epoch has come; before pruning. */
  takeReference(): void {
    if (this.epoch !== this.#specification.referenceEpoch) return;
    this.#trainingState.position.sigmas = Object.fromEntries(
      this.network.layers.map(({ name, kernel }) => [name, kernelSigma(this.#state.readParameter(kernel))]),
    );
  }

  /** Prunes when the plan says so after this epoch; null when it does not. */
  pruneIfPlanned(): PrunedEpoch | null {
    return this.#prunings.after(this.epoch, () => this.#evaluateTest(true));
  }

  /** The state of every weight of every layer, what compaction leaves of them, and the gradients. Changes nothing. */
  measure(): MeasuredEpoch {
    const { masks, position } = this.#trainingState;
    const { thresholds } = this.#specification;
    return this.#measurement.measure({
      masks,
      thresholds,
      sigmas: position.sigmas,
      motion: this.#motion.motion,
    });
  }

  /** The same, with what no training or test image gives a gradient counted where that is due: see `countsDead`. */
  withDeadCounted(measured: MeasuredEpoch): MeasuredEpoch {
    if (!countsDead(this.plan, this.epoch)) return measured;
    const counts = this.#deadOnData.count(this.#state, measured.layers);
    return {
      ...measured,
      layers: measured.layers.map((layer, index) => ({ ...layer, deadOnData: counts[index]! })),
    };
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
    this.#steps.clear();
    this.#evaluation.dispose();
    this.#measurement.dispose();
    this.#motion.dispose();
    this.#deadOnData.dispose();
    this.#state.dispose();
    for (const split of [this.#train, this.#validation, this.#test]) {
      split?.images.release();
      split?.labels.release();
    }
  }

  /** Before the first step here: what drawing weights and trying ways to run a step took is given back, a fifth of a process with ResNet-50. */
  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#engine.trim();
  }

  /** What followed an event that set the weights back; before it they were as the epoch's record says. */
  #withEvaluation(event: RunEvent): RunEvent {
    const { accuracy, loss } = this.#evaluation.run(this.#test, this.#state);
    const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
    return {
      ...event,
      data: { ...event.data, testAccuracyAfter: known(accuracy), testLossAfter: known(loss) },
    };
  }

  #evaluateTest(keep: boolean): Evaluation {
    const test = this.#evaluation.run(this.#test, this.#state, { keep });
    if (!Number.isFinite(test.loss)) throw this.#diverged('test', this.epoch);
    return test;
  }

  #diverged(loss: string, epoch: number): CascadeError {
    const { first, last } = this.rates(Math.max(epoch, 1));
    const rate = Math.max(first, last);
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
