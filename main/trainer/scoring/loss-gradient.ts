import { forward } from '../network/forward.ts';
import type { Handle, Tensor, TracedFunction } from '../tensorflow/engine.ts';
import { gather, sparseSoftmaxCrossEntropy, standardize } from '../tensorflow/operations/index.ts';
import { inputLike, stateInputs, widenState, type ScoredNetwork } from './scored-network.ts';

export interface LossGradientDesign {
  /** Examples of a batch. */
  batch: number;
  /** Logits are divided by it before the softmax. */
  temperature: number;
  /** Whether the gradient is taken at kernels that are moved along a direction. */
  displaced: boolean;
}

/** Moves every kernel by `step` times its tensor, float64 in the order of the network's layers. */
export interface Displacement {
  direction: readonly Handle[];
  step: number;
}

/**
 * Adds the gradient of a batch's mean cross-entropy to sums of such gradients, with respect to every kernel. Batch norm
 * normalises by the batch's statistics and its running ones stay as they are, as in the PyTorch code of SNIP
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
    const scalar = { shape: [], dtype: 'float64' } as const;
    const kernels = network.layers.map(({ shape }) => ({ shape, dtype: 'float64' }) as const);
    this.#traced = engine.trace(
      'loss_gradient',
      [
        inputLike(train.images),
        inputLike(train.labels),
        { shape: [design.batch], dtype: 'int32' },
        scalar,
        ...kernels,
        ...(design.displaced ? [scalar, ...kernels] : []),
        ...stateInputs(scored),
      ],
      (...tensors) => this.#body(tensors),
      { precision: 'float64' },
    );
  }

  /**
   * @param state parameters and masks
   * @param sums float64, one a kernel; released
   * @param factor of this gradient in the sums
   * @returns the sums with it
   */
  add(
    state: readonly Handle[],
    indices: Int32Array,
    sums: readonly Handle[],
    factor: number,
    displacement?: Displacement,
  ): Handle[] {
    const { engine, train } = this.#scored;
    const scalars = [factor, ...(displacement ? [displacement.step] : [])].map((value) =>
      engine.upload(Float64Array.of(value), [], 'float64'),
    );
    const batch = engine.upload(indices, [indices.length], 'int32');
    try {
      return this.#traced.call([
        train.images,
        train.labels,
        batch,
        scalars[0]!,
        ...sums,
        ...(displacement ? [scalars[1]!, ...displacement.direction] : []),
        ...state,
      ]);
    } finally {
      for (const handle of [...scalars, batch, ...sums]) handle.release();
    }
  }

  dispose(): void {
    this.#traced.dispose();
  }

  #body(tensors: Tensor[]): Tensor[] {
    const { engine, network, train, standardization } = this.#scored;
    const { temperature, displaced } = this.#design;
    const { tf } = engine;
    let position = 0;
    const take = (count: number): Tensor[] => tensors.slice(position, (position += count));
    const kernels = network.layers.map(({ kernel }) => kernel);
    const [images, labels, indices, factor] = take(4) as [Tensor, Tensor, Tensor, Tensor];
    const sums = take(kernels.length);
    const [step, ...direction] = displaced ? take(1 + kernels.length) : [];
    const { values, masks } = widenState(this.#scored, tensors.slice(position));

    const batch = standardize(engine, gather(engine, images, indices), standardization);
    const wanted = gather(engine, labels, indices);
    const places = kernels.map((name, index) => {
      const value = values.get(name)!;
      return step ? tf.add(value, tf.mul(step, direction[index]!)) : value;
    });
    const gradients = tf.grads((...weights: Tensor[]) => {
      const masked = new Map(kernels.map((name, index) => [name, tf.mul(weights[index]!, masks.get(name)!)]));
      const logits = forward(
        {
          engine,
          training: true,
          turned: train.turned,
          parameter: (name) => masked.get(name) ?? values.get(name)!,
          updated: () => undefined,
        },
        network,
        batch,
      );
      const cooled = temperature === 1 ? logits : tf.mul(logits, engine.scalar(1 / temperature));
      return tf.mean(sparseSoftmaxCrossEntropy(engine, cooled, wanted)).asScalar();
    })(places);
    return gradients.map((gradient, index) => tf.add(sums[index]!, tf.mul(gradient, factor)));
  }
}
