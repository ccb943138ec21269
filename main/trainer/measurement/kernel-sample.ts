import type { NetworkDescription, PrunableLayer } from '../../../common/network.ts';
import { generator, permutation } from '../random.ts';
import type { DeviceState } from '../steps/device-state.ts';
import type { Engine, Handle, TraceInput, TracedFunction } from '../tensorflow/engine.ts';
import { gather } from '../tensorflow/operations/index.ts';
import type { HostWeights } from '../optimization/optimizers/optimizer.ts';

/** Which weights of a layer are looked at. */
export interface SampledLayer {
  layer: PrunableLayer;
  /** Places of kept weights in the kernel's flattening, channel after channel. */
  places: Int32Array<ArrayBuffer>;
  /** Of each channel, how many; fewer than asked for where fewer are kept. */
  counts: Uint32Array;
}

/**
 * Up to `most` kept weights of each output channel of each layer, drawn by the seed: the same ones for the same masks, in
 * whatever process.
 */
export function sampleKernels(
  network: NetworkDescription,
  masks: ReadonlyMap<string, Uint8Array>,
  most: number,
  seed: number,
): SampledLayer[] {
  return network.layers.map((layer, number) => {
    const channels = layer.outputChannels;
    const rows = layer.weights / channels;
    const order = permutation(rows, generator(seed, 'sampled weights', number));
    const mask = masks.get(layer.name)!;
    const places: number[] = [];
    const counts = new Uint32Array(channels);
    for (let channel = 0; channel < channels; channel++) {
      // Channels begin at other rows, lest one input that is never lit decides about all of them.
      for (let tried = 0; tried < rows && counts[channel]! < most; tried++) {
        const place = order[(channel + tried) % rows]! * channels + channel;
        if (mask[place] === 0) continue;
        places.push(place);
        counts[channel]! += 1;
      }
    }
    return { layer, places: Int32Array.from(places), counts };
  });
}

/** Reads sampled weights, and the optimizer's state of them, from the device; only they are copied. */
export class SampleReader {
  readonly sample: readonly SampledLayer[];
  readonly #engine: Engine;
  readonly #places: Handle[];
  readonly #slots: number;
  #weights: TracedFunction | null = null;
  #all: TracedFunction | null = null;

  /** @param slots of each kernel that are read: the first of the state's */
  constructor(engine: Engine, sample: readonly SampledLayer[], slots: number) {
    this.#engine = engine;
    this.sample = sample.filter(({ places }) => places.length > 0);
    this.#places = this.sample.map(({ places }) => engine.upload(places, [places.length], 'int32'));
    this.#slots = slots;
  }

  /** The weights alone, by layer. */
  readWeights(state: DeviceState): Map<string, HostWeights['weight']> {
    const kernels = this.sample.map(({ layer }) => state.parameterOf(layer.kernel));
    const values = this.#read((this.#weights ??= this.#trace(kernels, 1)), kernels);
    return new Map(this.sample.map(({ layer }, index) => [layer.name, values[index]!]));
  }

  /** Weights and the optimizer's state, by layer. */
  read(state: DeviceState): Map<string, HostWeights> {
    const tensors = this.sample.flatMap(({ layer }) => [
      state.parameterOf(layer.kernel),
      ...state.slotsOf(layer.kernel).slice(0, this.#slots),
    ]);
    const each = 1 + this.#slots;
    const values = this.#read((this.#all ??= this.#trace(tensors, each)), tensors);
    return new Map(
      this.sample.map(({ layer }, index) => {
        const [weight, ...slots] = values.slice(index * each, (index + 1) * each);
        return [layer.name, { weight: weight!, slots }];
      }),
    );
  }

  dispose(): void {
    for (const place of this.#places) place.release();
    this.#weights?.dispose();
    this.#all?.dispose();
  }

  #read(traced: TracedFunction, tensors: readonly Handle[]): HostWeights['weight'][] {
    return traced.call([...tensors, ...this.#places]).map((handle) => {
      const values = this.#engine.download(handle) as HostWeights['weight'];
      handle.release();
      return values;
    });
  }

  /** @param each tensors of a layer, one layer after another */
  #trace(tensors: readonly Handle[], each: number): TracedFunction {
    const inputs = [...tensors, ...this.#places].map(({ shape, dtype }): TraceInput => ({ shape, dtype }));
    return this.#engine.trace('sampled_weights', inputs, (...given) =>
      tensors.map((_, index) =>
        gather(
          this.#engine,
          this.#engine.tf.reshape(given[index]!, [-1]),
          given[tensors.length + Math.floor(index / each)]!,
        ),
      ),
    );
  }
}
