import { generator } from '../random.ts';
import { centralPart } from '../augmentation/augment.ts';
import { forward } from '../network/forward.ts';
import { drawExamples } from '../scoring/examples.ts';
import { imagesInput, takeImages, type DeviceSplit } from '../steps/device-data.ts';
import { inPrecision, type DeviceState } from '../steps/device-state.ts';
import { lossOf, type StepDesign } from '../steps/step-design.ts';
import type { Handle, Tensor, TraceInput, TracedFunction } from '../tensorflow/engine.ts';
import { gather, standardize } from '../tensorflow/operations/index.ts';

/** Examples that the gradient is a mean over, about: enough for a steady number, few beside an epoch. */
const EXAMPLES = 256;

/** Share of an epoch's steps that measuring may take, unless that is less than one. */
const LARGEST_SHARE = 1 / 40;

/**
 * How strongly the loss pulls at every kernel: the Euclidean norm of the gradient of the mean training loss over a fixed
 * set of training examples, at kept weights, in the state as it is.
 *
 * The examples are drawn from the run's seed, once: as many whole batches of the run's size as fit in 256 examples and in
 * a fortieth of an epoch, and at least one. Images are plain: not augmented, not mixed; of images larger than the network's
 * input, the centre is taken. The loss is that of the training, label smoothing included, without weight decay. The network
 * is in training mode: batch norm normalises by each batch's own statistics, dropout drops the same units every time. The
 * state is read and not changed.
 */
export class GradientNorms {
  /** Indices of the examples, batch by batch. */
  readonly batches: readonly Int32Array[];
  readonly #design: StepDesign;
  readonly #data: DeviceSplit;
  readonly #seeds: readonly Int32Array[];
  #traced: TracedFunction | null = null;

  /** @param batchSize of the run */
  constructor(design: StepDesign, data: DeviceSplit, batchSize: number) {
    this.#design = design;
    this.#data = data;
    const batch = Math.min(batchSize, data.count);
    const most = Math.min(EXAMPLES / batch, (data.count / batch) * LARGEST_SHARE);
    const total = batch * Math.max(1, Math.floor(most));
    const seed = design.seed ?? 0;
    this.batches = drawExamples(
      { length: data.count },
      { count: { total }, batchSize: batch },
      generator(seed, 'gradient norm examples'),
    );
    const words = generator(seed, 'gradient norm dropout');
    this.#seeds = this.batches.map(() => Int32Array.of(words.next(), words.next()));
  }

  /** The norm for each layer, in the network's order. */
  measure(state: DeviceState): number[] {
    const { engine, network } = this.#design;
    const traced = (this.#traced ??= this.#trace(state));
    this.#data.source?.announce(this.batches);
    let sums = network.layers.map(({ shape, weights }) =>
      engine.upload(inPrecision(engine, new Float32Array(weights)), shape, engine.precision),
    );
    let squares: ArrayLike<number | bigint> = [];
    this.batches.forEach((indices, index) => {
      const images = takeImages(engine, this.#data, indices.length);
      const own = [
        engine.upload(indices, [indices.length], 'int32'),
        engine.upload(this.#seeds[index]!, [2], 'int32'),
      ];
      const outputs = traced.call([
        images.handle,
        this.#data.labels,
        ...own,
        ...sums,
        ...state.parameters,
        ...state.masks,
      ]);
      images.release();
      for (const handle of [...own, ...sums]) handle.release();
      sums = outputs.slice(0, sums.length);
      const norms = outputs.at(-1)!;
      squares = engine.download(norms);
      norms.release();
    });
    for (const sum of sums) sum.release();
    return Array.from(squares, (square) => Math.sqrt(Number(square)) / this.batches.length);
  }

  dispose(): void {
    this.#traced?.dispose();
    this.#traced = null;
  }

  #trace(state: DeviceState): TracedFunction {
    const { engine, network } = this.#design;
    const input = ({ shape, dtype }: Handle): TraceInput => ({ shape, dtype });
    const batch = this.batches[0]!.length;
    return engine.trace(
      'gradient_norms',
      [
        imagesInput(this.#data, batch),
        input(this.#data.labels),
        { shape: [batch], dtype: 'int32' },
        { shape: [2], dtype: 'int32' },
        ...network.layers.map(({ shape }): TraceInput => ({ shape, dtype: engine.precision })),
        ...state.parameters.map(input),
        ...state.masks.map(input),
      ],
      (...tensors) => this.#body(tensors),
    );
  }

  /** The sums of the batches' gradients with this batch's, then the squares of their norms as one tensor. */
  #body(tensors: Tensor[]): Tensor[] {
    const { engine, network, standardization } = this.#design;
    const { tf } = engine;
    const { rotated, source } = this.#data;
    let position = 0;
    const take = (count: number): Tensor[] => tensors.slice(position, (position += count));
    const [images, labels, indices, seed] = take(4) as [Tensor, Tensor, Tensor, Tensor];
    const kernels = network.layers.map(({ kernel }) => kernel);
    const sums = take(kernels.length);
    const parameters = take(network.parameters.length);
    const masks = take(kernels.length);
    const values = new Map(network.parameters.map(({ name }, index) => [name, parameters[index]!]));
    const loss = lossOf(this.#design);
    const bytes = source ? images : gather(engine, images, indices);
    const batch = standardize(
      engine,
      centralPart(engine, bytes, network.inputShape, rotated),
      standardization,
    );
    const wanted = gather(engine, labels, indices);
    const gradients = tf.grads((...weights: Tensor[]) => {
      const current = new Map(kernels.map((name, index) => [name, weights[index]!]));
      const logits = forward(
        {
          engine,
          training: true,
          rotated,
          seed,
          parameter: (name) => current.get(name) ?? values.get(name)!,
          updated: () => undefined,
        },
        network,
        batch,
      );
      return tf.mean(loss.losses(engine, logits, wanted, null).losses).asScalar();
    })(kernels.map((name) => values.get(name)!));
    const added = gradients.map((gradient, index) => tf.add(sums[index]!, tf.mul(gradient, masks[index]!)));
    return [...added, tf.stack(added.map((sum) => tf.sum(tf.square(sum))))];
  }
}
