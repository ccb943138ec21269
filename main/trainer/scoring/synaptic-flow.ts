import { forward } from '../network/forward.ts';
import type { Handle, Tensor, TracedFunction } from '../tensorflow/engine.ts';
import { flowThrough } from './flow-through.ts';
import type { LayerMask } from './derivatives.ts';
import { stateInputs, widenState, withMasks, type ScoredNetwork } from './scored-network.ts';

/**
 * The gradient of the synaptic flow R = 1ᵀ f(1; |θ|) (Tanaka et al., arXiv 2006.05467, eq. 3 and algorithm 1), as the
 * authors' code has it: the network in evaluation mode with every entry of its state replaced by its magnitude —
 * kernels, biases, γ, β and batch norm's running mean; the running variance is positive anyhow — reads one image of
 * ones, not standardised. What stands for activations and gates is in `flowThrough`. Traced once, for all rounds.
 */
export class SynapticFlow {
  readonly #scored: ScoredNetwork;
  readonly #traced: TracedFunction;

  constructor(scored: ScoredNetwork) {
    this.#scored = scored;
    this.#traced = scored.engine.trace(
      'synaptic_flow',
      stateInputs(scored),
      (...tensors) => this.#body(tensors),
      { precision: 'float64' },
    );
  }

  /** ∂R/∂|w| of every kernel, in the order of the network's layers; zero at pruned weights. Release them. */
  run(masks: readonly LayerMask[]): Handle[] {
    return withMasks(this.#scored, masks, (handles) => this.#traced.call(handles));
  }

  dispose(): void {
    this.#traced.dispose();
  }

  #body(tensors: readonly Tensor[]): Tensor[] {
    const { engine, network, train } = this.#scored;
    const { tf } = engine;
    const { values, masks } = widenState(this.#scored, tensors);
    const magnitudes = new Map([...values].map(([name, value]) => [name, tf.abs(value)]));
    const kernels = network.layers.map(({ kernel }) => kernel);
    const ones = tf.ones([1, ...network.inputShape]);
    return tf.grads((...weights: Tensor[]) => {
      const masked = new Map(kernels.map((name, index) => [name, tf.mul(weights[index]!, masks.get(name)!)]));
      const logits = forward(
        {
          engine,
          training: false,
          rotated: train.rotated,
          seed: null,
          parameter: (name) => masked.get(name) ?? magnitudes.get(name)!,
          updated: () => undefined,
        },
        network,
        ones,
        flowThrough,
      );
      return tf.sum(logits).asScalar();
    })(kernels.map((name) => magnitudes.get(name)!));
  }
}
