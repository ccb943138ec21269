import { generator } from '../random.ts';
import type { Handle } from '../tensorflow/engine.ts';
import { drawExamples } from './examples.ts';
import { LossGradient, type LossGradientDesign, type ScoringBatch } from './loss-gradient.ts';
import { normBehind } from './norm-behind.ts';
import type { LayerMask, Derivatives, ScoringExamples } from './derivatives.ts';
import { withMasks, type ScoredNetwork } from './scored-network.ts';
import { SynapticFlow } from './synaptic-flow.ts';

export interface DerivativesSetting extends ScoredNetwork {
  seed: number;
  /** What the draw of examples is counted by: see ScoringContext. */
  counters: readonly number[];
}

/** Derivatives for one pruning: their draws and traced functions serve all scoring rounds. `dispose` frees what it holds. */
export interface DisposableDerivatives extends Derivatives {
  dispose(): void;
}

/** Costs nothing until it is asked. */
export function createDerivatives(setting: DerivativesSetting): DisposableDerivatives {
  return new NetworkDerivatives(setting);
}

class NetworkDerivatives implements DisposableDerivatives {
  readonly #setting: DerivativesSetting;
  readonly #batches = new Map<string, ScoringBatch[]>();
  readonly #gradients = new Map<string, LossGradient>();
  #flow: SynapticFlow | null = null;

  constructor(setting: DerivativesSetting) {
    this.#setting = setting;
  }

  normScales(layer: string): Float32Array | null {
    const { network, state } = this.#setting;
    const norm = normBehind(network, layer);
    return norm && state.readParameter(norm.gamma).map(Math.abs);
  }

  lossGradients(examples: ScoringExamples, masks: readonly LayerMask[]): Map<string, Float64Array> {
    return withMasks(this.#setting, masks, (state) => this.#takeAll(this.#sum(state, examples, 1)));
  }

  hessianGradient(
    examples: ScoringExamples,
    temperature: number,
    masks: readonly LayerMask[],
  ): Map<string, Float64Array> {
    return withMasks(this.#setting, masks, (state) => {
      const gradient = this.#sum(state, examples, temperature);
      try {
        return this.#takeAll(this.#sum(state, examples, temperature, gradient));
      } finally {
        for (const handle of gradient) handle.release();
      }
    });
  }

  synapticFlow(masks: readonly LayerMask[]): Map<string, Float64Array> {
    this.#flow ??= new SynapticFlow(this.#setting);
    return this.#takeAll(this.#flow.run(masks));
  }

  dispose(): void {
    for (const gradient of this.#gradients.values()) gradient.dispose();
    this.#gradients.clear();
    this.#flow?.dispose();
    this.#flow = null;
  }

  /** The gradient of the mean loss over all examples, or its Hessian times a direction. */
  #sum(
    state: readonly Handle[],
    examples: ScoringExamples,
    temperature: number,
    direction?: readonly Handle[],
  ): Handle[] {
    const { engine, network } = this.#setting;
    const batches = this.#draw(examples);
    const count = batches.reduce((sum, { indices }) => sum + indices.length, 0);
    let sums = network.layers.map(({ shape, weights }) =>
      engine.upload(new Float64Array(weights), shape, 'float64'),
    );
    for (const batch of batches) {
      const { length } = batch.indices;
      const gradient = this.#gradient({ batch: length, temperature, product: direction !== undefined });
      sums = gradient.add(state, batch, sums, length / count, direction);
    }
    return sums;
  }

  #draw(examples: ScoringExamples): ScoringBatch[] {
    const key = JSON.stringify(examples);
    let batches = this.#batches.get(key);
    if (!batches) {
      const { engine, train, seed, counters } = this.#setting;
      const labels = engine.download(train.labels) as Int32Array;
      const words = generator(seed, 'scoring dropout', ...counters);
      batches = drawExamples(labels, examples, generator(seed, 'scoring examples', ...counters)).map(
        (indices) => ({ indices, seed: Int32Array.of(words.next(), words.next()) }),
      );
      this.#batches.set(key, batches);
    }
    return batches;
  }

  #gradient(design: LossGradientDesign): LossGradient {
    const key = JSON.stringify(design);
    let gradient = this.#gradients.get(key);
    if (!gradient) {
      gradient = new LossGradient(this.#setting, design);
      this.#gradients.set(key, gradient);
    }
    return gradient;
  }

  #read(handle: Handle): Float64Array {
    return this.#setting.engine.download(handle) as Float64Array;
  }

  /** The values by the layer's name; the handles are released. */
  #takeAll(handles: readonly Handle[]): Map<string, Float64Array> {
    try {
      return new Map(
        this.#setting.network.layers.map(({ name }, index) => [name, this.#read(handles[index]!)]),
      );
    } finally {
      for (const handle of handles) handle.release();
    }
  }
}
