import { generator, integers } from '../main/trainer/random.ts';
import type { NetworkDescription } from '../common/network.ts';
import { completeSpecification, type RunSpecification } from '../common/run-specification.ts';
import { DEFAULT_THRESHOLDS } from '../common/thresholds.ts';
import type { Dataset, Split } from '../main/trainer/data/dataset.ts';
import { TrainingSession } from '../main/trainer/session/session.ts';
import type { CompilationChoice } from '../main/trainer/steps/compilation.ts';
import type { Engine } from '../main/trainer/tensorflow/engine.ts';
import type { ComparedNetwork } from './networks.ts';

/** What both sides are told. */
export const TRAINING = { rate: 0.01, momentum: 0.9, weightDecay: 5e-4, kept: 0.5, classes: 10, seed: 1 };

/** As long as a study's run: how steps are run fastest depends on how many there are. */
const EPOCHS = 1000;

/** An epoch of our own training as the application does it: the batches' order, the gather and normalisation of bytes inside the step, the running totals. */
export class OurTrainer {
  readonly network: NetworkDescription;
  /** How its steps are run, as the application would choose. */
  readonly compile: CompilationChoice['compile'];
  /** Seconds from nothing to the end of the first step: data on the device, weights drawn, steps traced. */
  firstStepSeconds: number | null = null;
  readonly #session: TrainingSession;
  readonly #steps: number;
  readonly #started = performance.now();

  constructor(engine: Engine, compared: ComparedNetwork) {
    this.#steps = compared.steps;
    this.#session = new TrainingSession(
      engine,
      specificationOf(compared),
      randomImages(compared),
      TRAINING.seed,
    );
    this.network = this.#session.network;
    // Pruned before the first step, so that every step masks as it does in the middle of a study.
    this.#session.pruneIfPlanned();
    this.compile = this.#session.chooseCompilation().compile;
  }

  /** Trains one epoch. @returns milliseconds a step */
  run(): number {
    const start = performance.now();
    const { steps } = this.#session.trainEpoch(() => {
      this.firstStepSeconds ??= (performance.now() - this.#started) / 1000;
    });
    const elapsed = performance.now() - start;
    if (steps !== this.#steps) throw new Error(`An epoch of ${steps} steps instead of ${this.#steps}.`);
    return elapsed / steps;
  }

  close(): void {
    this.#session.dispose();
  }
}

function specificationOf(compared: ComparedNetwork): RunSpecification {
  return completeSpecification({
    dataset: { name: 'random' },
    model: compared.model,
    batchSize: compared.batch,
    epochs: EPOCHS,
    optimizer: {
      name: 'sgd',
      momentum: TRAINING.momentum,
      weightDecay: TRAINING.weightDecay,
      decayBatchNorm: true,
      decayBiases: true,
    },
    learningRate: { name: 'constant', rate: TRAINING.rate },
    pruning: {
      criterion: { name: 'random' },
      granularity: { name: 'weight' },
      distribution: { name: 'uniform' },
      schedule: { name: 'one-shot', epoch: 0 },
      layers: { kinds: [], names: [], except: [] },
      sparsity: 1 - TRAINING.kept,
    },
    retraining: { name: 'none' },
    thresholds: [...DEFAULT_THRESHOLDS],
    referenceEpoch: 0,
  });
}

/** Bytes and labels at random, as many as an epoch's steps need. */
export function randomImages({
  name,
  imageShape,
  batch,
  steps,
}: Pick<ComparedNetwork, 'name' | 'imageShape' | 'batch' | 'steps'>): Dataset {
  const channels = imageShape[2];
  return {
    name: 'random',
    imageShape,
    classes: TRAINING.classes,
    train: randomSplit(`${name} train`, imageShape, batch * steps),
    validation: null,
    test: randomSplit(`${name} test`, imageShape, batch),
    mean: new Array<number>(channels).fill(0.5),
    standardDeviation: new Array<number>(channels).fill(0.29),
    hash: 'random',
  };
}

function randomSplit(purpose: string, [height, width, channels]: number[], count: number): Split {
  const random = generator(TRAINING.seed, purpose);
  const bytes = count * height! * width! * channels!;
  const words = new Int32Array(Math.ceil(bytes / 4));
  for (let index = 0; index < words.length; index++) words[index] = random.next();
  const labels = Int32Array.from(integers(count, TRAINING.classes, random));
  return { images: new Uint8Array(words.buffer, 0, bytes), labels, count };
}
