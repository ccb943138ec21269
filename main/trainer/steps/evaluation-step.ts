import type { NetworkDescription } from '../../../common/network.ts';
import type { ClassCounts, Predictions } from '../../../common/records.ts';
import { centralPart } from '../augmentation/augment.ts';
import { forward } from '../network/forward.ts';
import type { Engine, Handle, Tensor, TracedFunction } from '../tensorflow/engine.ts';
import {
  gather,
  margins,
  predictedClass,
  rankOfLabel,
  sparseSoftmaxCrossEntropy,
  standardize,
  type Standardization,
} from '../tensorflow/operations/index.ts';
import { imagesInput, takeImages, type DeviceSplit } from './device-data.ts';
import type { DeviceState } from './device-state.ts';

/** Images evaluated at once; the last batch of a split may be smaller. */
const EVALUATION_BATCH = 500;

/** As many classes as may hold the right one; with no more classes than these, nothing would be asked. */
const TOP = 5;

export interface Evaluation {
  /** Mean cross-entropy in nats, and share of correct answers. */
  loss: number;
  accuracy: number;
  /**
   * Share of examples whose right class has one of the five highest logits, of equal ones those of the lower index; null
   * for fewer than six classes.
   */
  topFive: number | null;
  classes: ClassCounts;
  /** Null unless asked for. */
  predictions: Predictions | null;
}

/**
 * Evaluates a split with batch norm's running statistics, and with the averages of the weights where they are averaged;
 * traced once per split and batch size. Nothing is augmented; of images larger than the network's input, the centre is
 * taken.
 */
export class EvaluationStep {
  readonly #engine: Engine;
  readonly #network: NetworkDescription;
  readonly #standardization: Standardization;
  readonly #traced = new Map<string, TracedFunction>();

  constructor(engine: Engine, network: NetworkDescription, standardization: Standardization) {
    this.#engine = engine;
    this.#network = network;
    this.#standardization = standardization;
  }

  /** @param keep whether every example's prediction is wanted */
  run(data: DeviceSplit, state: DeviceState, { keep = false } = {}): Evaluation {
    const { count } = data;
    const { classes } = this.#network;
    const labels = this.#engine.download(data.labels) as Int32Array;
    const counts: ClassCounts = { examples: new Int32Array(classes), correct: new Int32Array(classes) };
    const predictions: Predictions | null = keep
      ? {
          labels: Uint16Array.from(labels),
          predicted: new Uint16Array(count),
          margins: new Float32Array(count),
        }
      : null;
    let [loss, correct, inTop] = [0, 0, 0];
    const batches = Array.from({ length: Math.ceil(count / EVALUATION_BATCH) }, (_, index) => {
      const start = index * EVALUATION_BATCH;
      const length = Math.min(EVALUATION_BATCH, count - start);
      return Int32Array.from({ length }, (_, place) => start + place);
    });
    data.source?.announce(batches);
    for (const indices of batches) {
      const batch = indices.length;
      const images = takeImages(this.#engine, data, batch);
      const handle = this.#engine.upload(indices, [batch], 'int32');
      const outputs = this.#trace(data, state, batch).call([
        images.handle,
        data.labels,
        handle,
        ...state.evaluated,
      ]);
      const [total, predicted, margin, top] = outputs as [Handle, Handle, Handle, Handle | undefined];
      loss += Number(this.#engine.download(total)[0]);
      inTop += top ? Number(this.#engine.download(top)[0]) : 0;
      const answers = this.#engine.download(predicted) as Int32Array;
      indices.forEach((example, place) => {
        const label = labels[example]!;
        const right = answers[place] === label ? 1 : 0;
        correct += right;
        counts.examples[label]! += 1;
        counts.correct[label]! += right;
      });
      predictions?.predicted.set(answers, indices[0]);
      predictions?.margins.set(this.#engine.download(margin) as Float32Array | Float64Array, indices[0]);
      images.release();
      handle.release();
      for (const output of outputs) output.release();
    }
    const topFive = classes > TOP ? inTop / count : null;
    return { loss: loss / count, accuracy: correct / count, topFive, classes: counts, predictions };
  }

  dispose(): void {
    for (const traced of this.#traced.values()) traced.dispose();
    this.#traced.clear();
  }

  #trace(data: DeviceSplit, state: DeviceState, batch: number): TracedFunction {
    const key = `${data.count}/${batch}`;
    let traced = this.#traced.get(key);
    if (!traced) {
      const input = ({ shape, dtype }: Handle): Pick<Handle, 'shape' | 'dtype'> => ({ shape, dtype });
      traced = this.#engine.trace(
        'evaluation_step',
        [
          imagesInput(data, batch),
          input(data.labels),
          { shape: [batch], dtype: 'int32' },
          ...state.evaluated.map(input),
        ],
        (images, labels, indices, ...parameters) =>
          this.#answers(images!, labels!, indices!, parameters, data),
      );
      this.#traced.set(key, traced);
    }
    return traced;
  }

  /**
   * Sum of the losses; of every example its predicted class and its margin; and, of more than five classes, the number of
   * examples whose right class is among the five first.
   */
  #answers(
    images: Tensor,
    labels: Tensor,
    indices: Tensor,
    parameters: Tensor[],
    { rotated, source }: DeviceSplit,
  ): Tensor[] {
    const engine = this.#engine;
    const { tf } = engine;
    const values = new Map(this.#network.parameters.map(({ name }, index) => [name, parameters[index]!]));
    const wanted = gather(engine, labels, indices);
    const logits = forward(
      {
        engine,
        training: false,
        rotated,
        seed: null,
        parameter: (name) => values.get(name)!,
        updated: () => undefined,
      },
      this.#network,
      standardize(
        engine,
        centralPart(
          engine,
          source ? images : gather(engine, images, indices),
          this.#network.inputShape,
          rotated,
        ),
        this.#standardization,
      ),
    );
    const losses = sparseSoftmaxCrossEntropy(engine, logits, wanted);
    const inTop = (): Tensor => tf.less(rankOfLabel(engine, logits, wanted), engine.scalar(TOP));
    return [
      tf.sum(losses),
      predictedClass(engine, logits),
      margins(engine, logits, wanted),
      ...(this.#network.classes > TOP ? [tf.sum(tf.cast(inTop(), 'float32'))] : []),
    ];
  }
}
