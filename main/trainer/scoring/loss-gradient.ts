import { centralPart } from '../augmentation/augment.ts';
import { forward } from '../network/forward.ts';
import { imagesInput, takeImages } from '../steps/device-data.ts';
import type { Handle, Tensor, TracedFunction } from '../tensorflow/engine.ts';
import { gather, sparseSoftmaxCrossEntropy, standardize } from '../tensorflow/operations/index.ts';
import { inputLike, stateInputs, widenState, type ScoredNetwork } from './scored-network.ts';

export interface LossGradientDesign {
  /** Examples of a batch. */
  batch: number;
  /** Logits are divided by it before the softmax. */
  temperature: number;
  /** Whether the Hessian's product with a direction is wanted instead of the gradient. */
  product: boolean;
}

/** A batch of training examples. */
export interface ScoringBatch {
  indices: Int32Array;
  /** What dropout draws from: two words. */
  seed: Int32Array;
}

/**
 * Adds the gradient of a batch's mean cross-entropy to sums of such gradients, with respect to every kernel; or the
 * Hessian of it times a direction, exactly. The network is in training mode: dropout drops, and batch norm normalises by the batch's statistics and its running ones stay as they are, as in the PyTorch code of SNIP
 * (mil-ad/snip), GraSP (alecwangcq/GraSP) and ShrinkBench; SNIP's authors' own in TensorFlow normalises by the running
 * ones, which at initialisation means not at all.
 */
export class LossGradient {
  readonly #scored: ScoredNetwork;
  readonly #design: LossGradientDesign;
  readonly #traced: TracedFunction;

  constructor(scored: ScoredNetwork, design: LossGradientDesign) {
    this.#scored = scored;
    this.#design = design;
    const { engine, network, train } = scored;
    const kernels = network.layers.map(({ shape }) => ({ shape, dtype: 'float64' }) as const);
    this.#traced = engine.trace(
      'loss_gradient',
      [
        imagesInput(train, design.batch),
        inputLike(train.labels),
        { shape: [design.batch], dtype: 'int32' },
        { shape: [2], dtype: 'int32' },
        { shape: [], dtype: 'float64' },
        ...kernels,
        ...(design.product ? kernels : []),
        ...stateInputs(scored),
      ],
      (...tensors) => this.#body(tensors),
      { precision: 'float64', derivatives: design.product },
    );
  }

  /**
   * @param state parameters and masks
   * @param sums float64, one a kernel in the order of the network's layers; released
   * @param factor of this gradient (or product) in the sums
   * @param direction float64, one a kernel; for a product
   * @returns the sums with it
   */
  add(
    state: readonly Handle[],
    { indices, seed }: ScoringBatch,
    sums: readonly Handle[],
    factor: number,
    direction: readonly Handle[] = [],
  ): Handle[] {
    const { engine, train } = this.#scored;
    train.source?.announce([indices]);
    const images = takeImages(engine, train, indices.length);
    const own = [
      engine.upload(indices, [indices.length], 'int32'),
      engine.upload(seed, [2], 'int32'),
      engine.upload(Float64Array.of(factor), [], 'float64'),
    ];
    try {
      return this.#traced.call([images.handle, train.labels, ...own, ...sums, ...direction, ...state]);
    } finally {
      for (const handle of [...own, ...sums]) handle.release();
      images.release();
    }
  }

  dispose(): void {
    this.#traced.dispose();
  }

  #body(tensors: Tensor[]): Tensor[] {
    const { engine, network, train, standardization } = this.#scored;
    const { temperature, product } = this.#design;
    const { tf } = engine;
    let position = 0;
    const take = (count: number): Tensor[] => tensors.slice(position, (position += count));
    const kernels = network.layers.map(({ kernel }) => kernel);
    const [images, labels, indices, seed, factor] = take(5) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const sums = take(kernels.length);
    const direction = product ? take(kernels.length) : [];
    const { values, masks } = widenState(this.#scored, tensors.slice(position));

    const chosen = train.source ? images : gather(engine, images, indices);
    // Plain images: where training crops at random, their middle.
    const plain = centralPart(engine, chosen, network.inputShape, train.rotated);
    const batch = standardize(engine, plain, standardization);
    const wanted = gather(engine, labels, indices);
    kernels.forEach((name, index) => {
      if (product) engine.setDirection(values.get(name)!, direction[index]!);
    });
    const gradients = tf.grads((...weights: Tensor[]) => {
      const masked = new Map(kernels.map((name, index) => [name, tf.mul(weights[index]!, masks.get(name)!)]));
      const logits = forward(
        {
          engine,
          training: true,
          rotated: train.rotated,
          seed,
          parameter: (name) => masked.get(name) ?? values.get(name)!,
          updated: () => undefined,
        },
        network,
        batch,
      );
      const cooled = temperature === 1 ? logits : tf.mul(logits, engine.scalar(1 / temperature));
      return tf.mean(sparseSoftmaxCrossEntropy(engine, cooled, wanted)).asScalar();
    })(kernels.map((name) => values.get(name)!));
    const parts = product ? gradients.map((gradient) => engine.derivativeOf(gradient)) : gradients;
    return parts.map((part, index) => tf.add(sums[index]!, tf.mul(part, factor)));
  }
}
