import type { NetworkDescription } from '../../../common/network.ts';
import { centralPart } from '../augmentation/augment.ts';
import { forward } from '../network/forward.ts';
import type { Engine, Handle, Tensor, TracedFunction } from '../tensorflow/engine.ts';
import {
  correctPredictions,
  gather,
  sparseSoftmaxCrossEntropy,
  standardize,
  type Standardization,
} from '../tensorflow/operations/index.ts';
import { imagesInput, takeImages, type DeviceSplit } from './device-data.ts';
import type { DeviceState } from './device-state.ts';

/** Images evaluated at once; the last batch of a split may be smaller. */
const EVALUATION_BATCH = 500;

export interface Evaluation {
  /** Mean cross-entropy in nats, and share of correct answers. */
  loss: number;
  accuracy: number;
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

  run(data: DeviceSplit, state: DeviceState): Evaluation {
    let loss = 0;
    let correct = 0;
    const batches = Array.from({ length: Math.ceil(data.count / EVALUATION_BATCH) }, (_, index) => {
      const start = index * EVALUATION_BATCH;
      const length = Math.min(EVALUATION_BATCH, data.count - start);
      return Int32Array.from({ length }, (_, place) => start + place);
    });
    data.source?.plan(batches);
    for (const indices of batches) {
      const batch = indices.length;
      const images = takeImages(this.#engine, data, batch);
      const handle = this.#engine.upload(indices, [batch], 'int32');
      const totals = this.#trace(data, state, batch).call([
        images.handle,
        data.labels,
        handle,
        ...state.evaluated,
      ]);
      const [batchLoss, batchCorrect] = totals.map((total) => Number(this.#engine.download(total)[0]));
      images.release();
      handle.release();
      for (const total of totals) total.release();
      loss += batchLoss!;
      correct += batchCorrect!;
    }
    return { loss: loss / data.count, accuracy: correct / data.count };
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
          this.#totals(images!, labels!, indices!, parameters, data),
      );
      this.#traced.set(key, traced);
    }
    return traced;
  }

  /** Sum of the losses, and number of correct answers. */
  #totals(
    images: Tensor,
    labels: Tensor,
    indices: Tensor,
    parameters: Tensor[],
    { turned, source }: DeviceSplit,
  ): Tensor[] {
    const engine = this.#engine;
    const { tf } = engine;
    const values = new Map(this.#network.parameters.map(({ name }, index) => [name, parameters[index]!]));
    const wanted = gather(engine, labels, indices);
    const logits = forward(
      {
        engine,
        training: false,
        turned,
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
          turned,
        ),
        this.#standardization,
      ),
    );
    const losses = sparseSoftmaxCrossEntropy(engine, logits, wanted);
    return [tf.sum(losses), tf.cast(tf.sum(correctPredictions(engine, logits, wanted)), 'float32')];
  }
}
