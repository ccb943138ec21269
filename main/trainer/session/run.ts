import { messageOf, CascadeError } from '../../../common/errors.ts';
import type { EpochRecord, Moment, PredictionsRecord, RunEvent } from '../../../common/records.ts';
import { buffersOf } from './transfer.ts';
import { stampOf } from '../data/content.ts';
import type { Dataset } from '../data/dataset.ts';
import { datasets } from '../data/registry.ts';
import {
  COMMAND_PAUSE,
  COMMAND_RUN,
  COMMAND_STOP,
  CONTROL_ACKNOWLEDGED,
  CONTROL_COMMAND,
  type TrainerInput,
  type TrainerMessage,
} from '../messages.ts';
import { checkpointInterval } from '../checkpoint-interval.ts';
import { parameterCount } from '../network/describe.ts';
import { stageOf } from '../training-plan.ts';
import type { Evaluation } from '../steps/evaluation-step.ts';
import { openEngine, type Engine } from '../tensorflow/engine.ts';
import { TrainingSession, type TrainedEpoch } from './session.ts';

/** Milliseconds between two progress messages. */
const PROGRESS_INTERVAL = 250;

/** Milliseconds after which a thread that waits for the disk looks whether it was told to stop. */
const WAKE_INTERVAL = 200;

/** Sends a message; the buffers named are transferred, not copied. */
export type Send = (message: TrainerMessage, transfer?: ArrayBuffer[]) => void;

/** An epoch of which all steps are done, here or in the trunk. */
type FinishedEpoch = Omit<TrainedEpoch, 'loss' | 'accuracy'> & {
  loss: number | null;
  accuracy: number | null;
};

/** Thrown inside the run to unwind when a person stops it. */
class Stopped extends Error {}

/**
 * The life of one run in its thread: prepare, train every epoch that is missing, send each epoch's record, and stop or
 * pause when the control word says so. Never throws: a failure is a message.
 */
export async function runTraining(input: TrainerInput, send: Send): Promise<void> {
  let engine: Engine | null = null;
  let session: TrainingSession | null = null;
  let dataset: Dataset | null = null;
  try {
    const stamp = await stampOf(input.specification.dataset);
    dataset = await datasets.open(input.specification.dataset).load({
      decoded: (done, total) => send({ type: 'preparing', text: `Decodes images: ${done} of ${total}.` }),
      waits: (folder) =>
        send({
          type: 'preparing',
          text: `Waits for another run that decodes the same images into ${folder}.`,
        }),
    });
    if (input.datasetHash !== null && input.datasetHash !== dataset.hash)
      throw new CascadeError(
        'DATA_CHANGED',
        'The data differ from those that this run, or a run that it is compared with, was trained on: put the old files back, or run its study with --accept-changed-data, which keeps runs of both apart.',
      );
    engine = openEngine({ threads: input.threads, ledger: input.ledger, gpu: input.gpu ?? undefined });
    const { specification, seed } = input;
    const compile = input.compile === 'choose' ? null : input.compile;
    session = new TrainingSession(engine, specification, dataset, seed, compile);
    const choice = input.compile === 'choose' ? session.chooseCompilation() : { compile, milliseconds: null };
    if (input.checkpoint) session.restore(input.checkpoint);
    if (input.rewind) session.rewindLaterTo(input.rewind);
    if (input.masks) session.handMasks(input.masks);
    send({
      type: 'prepared',
      environment: {
        application: input.application,
        engine: `TensorFlow ${engine.version}`,
        device: engine.device.name,
        threads: engine.threads,
        compile: choice.compile,
        compileMilliseconds: choice.milliseconds,
        node: process.version,
        platform: `${process.platform}-${process.arch}`,
        datasetHash: dataset.hash,
        // Files that were replaced while they were read may be half of each.
        dataStamp: (await stampOf(specification.dataset)) === stamp ? stamp : null,
        classNames: dataset.classNames ?? null,
        network: session.network,
      },
    });
    new RunLoop(session, input, send).run();
    send({ type: 'finished', epoch: session.epoch });
  } catch (error) {
    if (error instanceof Stopped) send({ type: 'stopped', epoch: session?.epoch ?? 0 });
    else send({ type: 'failed', code: codeOf(error), message: messageOf(error) });
  } finally {
    session?.dispose();
    engine?.dispose();
    await dataset?.close?.();
  }
}

class RunLoop {
  readonly #session: TrainingSession;
  readonly #input: TrainerInput;
  readonly #send: Send;
  readonly #control: Int32Array;
  readonly #checkpointEvery: number;
  #sent: number;
  #lastProgress = 0;
  /** Milliseconds that the run has waited while paused; they belong to no epoch's times. */
  #pausedFor = 0;
  /** Milliseconds that sending the last record took: told with the next one, which is the first that can. */
  #sendingTook = 0;

  constructor(session: TrainingSession, input: TrainerInput, send: Send) {
    this.#session = session;
    this.#input = input;
    this.#send = send;
    this.#control = new Int32Array(input.control);
    this.#checkpointEvery = input.checkpointEvery ?? checkpointInterval(parameterCount(session.network));
    this.#sent = Atomics.load(this.#control, CONTROL_ACKNOWLEDGED);
  }

  run(): void {
    const { checkpoint, shared } = this.#input;
    if (checkpoint === null) this.#finishEpoch(null, 0);
    else if (shared !== null) this.#finishEpoch({ ...shared, waited: 0 }, shared.seconds);
    const last = this.#input.until ?? this.#session.plan.epochs;
    while (this.#session.epoch < last) {
      const started = this.#now();
      const trained = this.#session.trainEpoch((step, steps, loss) => this.#watch(step, steps, loss));
      this.#finishEpoch(trained, (this.#now() - started) / 1000);
    }
    this.#awaitAcknowledgement(this.#sent);
  }

  /** Milliseconds that the run has worked: a clock that stands still while it is paused. */
  #now(): number {
    return performance.now() - this.#pausedFor;
  }

  /**
   * Prunes where planned, evaluates, measures, and sends the record of the epoch just done. Counting dead weights
   * is evaluating: it reads the images. Measuring counts
   * everything that logging holds up the training for: reading the weights, finding their states, the checkpoint, and
   * the wait for the record before this one to be on disk.
   */
  #finishEpoch(trained: FinishedEpoch | null, trainingSeconds: number): void {
    const session = this.#session;
    const { epoch } = session;
    const evaluationStarted = this.#now();
    session.takeReference();
    const pruned = session.pruneIfPlanned();
    const events = [...this.#rateEvents(epoch), ...(trained?.events ?? []), ...(pruned?.events ?? [])];
    const { validation, test } = session.evaluate(pruned?.test);
    const measurementStarted = this.#now();
    const states = session.measure();
    const countingStarted = this.#now();
    const measured = session.withDeadCounted(states);
    const countingTook = this.#now() - countingStarted;
    const due =
      epoch % this.#checkpointEvery === 0 ||
      epoch === session.plan.epochs ||
      pruned !== null ||
      this.#input.checkpointEpochs.includes(epoch);
    const checkpoint = due ? { epoch, bytes: session.checkpoint() } : null;
    // One record may be on its way to the disk while the next epoch trains, no more.
    this.#awaitAcknowledgement(this.#sent);
    const rates = epoch === 0 ? { first: 0, mean: 0, last: 0 } : session.rates(epoch);
    const record: EpochRecord = {
      epoch,
      phase: epoch === 0 ? 'initial' : stageOf(session.plan, epoch).phase,
      metrics: {
        learningRate: rates.first,
        learningRateMean: rates.mean,
        learningRateLast: rates.last,
        steps: trained?.steps ?? 0,
        trainLoss: trained?.loss ?? null,
        trainAccuracy: trained?.accuracy ?? null,
        validationLoss: validation?.loss ?? null,
        validationAccuracy: validation?.accuracy ?? null,
        testLoss: test.loss,
        testAccuracy: test.accuracy,
        validationTopFive: validation?.topFive ?? null,
        testTopFive: test.topFive,
        trainingSeconds,
        evaluationSeconds: (measurementStarted - evaluationStarted + countingTook) / 1000,
        waitingSeconds: trained?.waited ?? 0,
        measurementSeconds: (this.#now() - measurementStarted - countingTook + this.#sendingTook) / 1000,
      },
      ...measured,
      classes: test.classes,
      predictions: [...predictionsOf('before-pruning', pruned?.before), ...predictionsOf('epoch', test)],
    };
    const sendingStarted = this.#now();
    this.#send({ type: 'epoch', record, checkpoint, events }, buffersOf(record, checkpoint));
    this.#sent += 1;
    this.#sendingTook = this.#now() - sendingStarted;
    this.#obey();
  }

  #rateEvents(epoch: number): RunEvent[] {
    if (epoch < 2) return [];
    const [last, rates] = [this.#session.rates(epoch - 1), this.#session.rates(epoch)];
    const [before, now] = [last.first, rates.first];
    if (before === now) return [];
    const moves = last.first !== last.last || rates.first !== rates.last;
    return [
      {
        kind: 'rate-changed',
        epoch: epoch - 1,
        message: `The learning rate${moves ? ' at the first step of an epoch' : ''} went from ${readable(before)} to ${readable(now)}.`,
        data: { from: before, to: now },
      },
    ];
  }

  #watch(step: number, steps: number, loss: () => number): void {
    this.#obey();
    const now = performance.now();
    if (now - this.#lastProgress < PROGRESS_INTERVAL) return;
    this.#lastProgress = now;
    this.#send({ type: 'progress', epoch: this.#session.epoch + 1, step, steps, trainLoss: loss() });
  }

  /** Waits while paused; unwinds when stopped. */
  #obey(): void {
    if (Atomics.load(this.#control, CONTROL_COMMAND) === COMMAND_RUN) return;
    const { epoch } = this.#session;
    if (Atomics.load(this.#control, CONTROL_COMMAND) === COMMAND_PAUSE) {
      this.#send({ type: 'paused', epoch });
      const since = performance.now();
      Atomics.wait(this.#control, CONTROL_COMMAND, COMMAND_PAUSE);
      this.#pausedFor += performance.now() - since;
      if (Atomics.load(this.#control, CONTROL_COMMAND) === COMMAND_RUN)
        this.#send({ type: 'continued', epoch });
    }
    if (Atomics.load(this.#control, CONTROL_COMMAND) === COMMAND_STOP) throw new Stopped();
  }

  #awaitAcknowledgement(count: number): void {
    for (;;) {
      const acknowledged = Atomics.load(this.#control, CONTROL_ACKNOWLEDGED);
      if (acknowledged >= count) return;
      const command = Atomics.load(this.#control, CONTROL_COMMAND);
      if (command === COMMAND_STOP) throw new Stopped();
      const since = performance.now();
      Atomics.wait(this.#control, CONTROL_ACKNOWLEDGED, acknowledged, WAKE_INTERVAL);
      if (command === COMMAND_PAUSE) this.#pausedFor += performance.now() - since;
    }
  }
}

function predictionsOf(moment: Moment, evaluation: Evaluation | undefined): PredictionsRecord[] {
  return evaluation?.predictions ? [{ moment, ...evaluation.predictions }] : [];
}

/** Without the noise of the last binary digits: 0.1 · 0.1 is not quite 0.01. */
function readable(rate: number): number {
  return Number(rate.toPrecision(6));
}

function codeOf(error: unknown): string {
  return error instanceof CascadeError ? error.code : 'UNEXPECTED';
}
