import { generator } from '../../../common/random.ts';
import type { Handle } from '../tensorflow/engine.ts';
import { drawExamples } from './examples.ts';
import { LossGradient, type Displacement, type LossGradientDesign } from './loss-gradient.ts';
import { normBehind } from './norm-behind.ts';
import type { LayerMask, Probe, ScoringExamples } from './probe.ts';
import { withMasks, type ScoredNetwork } from './scored-network.ts';
import { SynapticFlow } from './synaptic-flow.ts';

export interface ProbeSetting extends ScoredNetwork {
  seed: number;
  /** What the draw of examples is counted by: see ScoringContext. */
  counters: readonly number[];
}

/** A probe for one pruning: its draws and traced functions serve all rounds. `dispose` frees what it holds. */
export interface DisposableProbe extends Probe {
  dispose(): void;
}

/**
 * Where and with what factor gradients are taken for H·g ≈ (g(θ − 2hg) − 8g(θ − hg) + 8g(θ + hg) − g(θ + 2hg)) / 12h:
 * the central difference of fourth order, in units of h.
 */
const DIFFERENCE = [
  { offset: -2, factor: 1 / 12 },
  { offset: -1, factor: -2 / 3 },
  { offset: 1, factor: 2 / 3 },
  { offset: 2, factor: -1 / 12 },
] as const;

/** h·‖g‖ as a share of ‖θ‖. */
const RELATIVE_STEP = 1e-6;

/** Costs nothing until it is asked. */
export function createProbe(setting: ProbeSetting): DisposableProbe {
  return new NetworkProbe(setting);
}

class NetworkProbe implements DisposableProbe {
  readonly #setting: ProbeSetting;
  readonly #batches = new Map<string, Int32Array[]>();
  readonly #gradients = new Map<string, LossGradient>();
  #flow: SynapticFlow | null = null;

  constructor(setting: ProbeSetting) {
    this.#setting = setting;
  }

  normScales(layer: string): Float32Array | null {
    const { network, state } = this.#setting;
    const norm = normBehind(network, layer);
    return norm && state.readParameter(norm.gamma).map(Math.abs);
  }

  lossGradients(examples: ScoringExamples, masks: readonly LayerMask[]): Map<string, Float64Array> {
    return withMasks(this.#setting, masks, (state) =>
      this.#takeAll(this.#sum(state, examples, 1, [{ factor: 1 }])),
    );
  }

  hessianGradient(
    examples: ScoringExamples,
    temperature: number,
    masks: readonly LayerMask[],
  ): Map<string, Float64Array> {
    return withMasks(this.#setting, masks, (state) => {
      const direction = this.#sum(state, examples, temperature, [{ factor: 1 }]);
      try {
        const length = norm(direction.map((handle) => this.#read(handle)));
        if (length === 0) return this.#takeAll(direction);
        const { network } = this.#setting;
        const weights = network.layers.map(({ kernel }) => this.#setting.state.readParameter(kernel));
        const step = (RELATIVE_STEP * norm(weights)) / length;
        const difference = DIFFERENCE.map(({ offset, factor }) => ({
          factor: factor / step,
          displacement: { direction, step: offset * step },
        }));
        return this.#takeAll(this.#sum(state, examples, temperature, difference));
      } finally {
        for (const handle of direction) if (!handle.released) handle.release();
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

  /** Σ factor · gradient, each of the mean loss over all examples, at the kernels or beside them. */
  #sum(
    state: readonly Handle[],
    examples: ScoringExamples,
    temperature: number,
    terms: readonly { factor: number; displacement?: Displacement }[],
  ): Handle[] {
    const { engine, network } = this.#setting;
    const batches = this.#draw(examples);
    const count = batches.reduce((sum, { length }) => sum + length, 0);
    let sums = network.layers.map(({ shape, weights }) =>
      engine.upload(new Float64Array(weights), shape, 'float64'),
    );
    for (const batch of batches)
      for (const { factor, displacement } of terms)
        sums = this.#gradient({ batch: batch.length, temperature, displaced: !!displacement }).add(
          state,
          batch,
          sums,
          (factor * batch.length) / count,
          displacement,
        );
    return sums;
  }

  #draw(examples: ScoringExamples): Int32Array[] {
    const key = JSON.stringify(examples);
    let batches = this.#batches.get(key);
    if (!batches) {
      const { engine, train, seed, counters } = this.#setting;
      const labels = engine.download(train.labels) as Int32Array;
      batches = drawExamples(labels, examples, generator(seed, 'scoring examples', ...counters));
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

function norm(tensors: readonly (Float32Array | Float64Array)[]): number {
  let square = 0;
  for (const values of tensors) for (const value of values) square += value * value;
  return Math.sqrt(square);
}
