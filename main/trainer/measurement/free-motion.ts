import type { NetworkDescription } from '../../../common/network.ts';
import type { HostWeights, Optimizer } from '../optimization/optimizers/optimizer.ts';
import type { Opened } from '../registry.ts';
import { inPrecision, type DeviceState } from '../steps/device-state.ts';
import type { Engine } from '../tensorflow/engine.ts';
import { sampleKernels, SampleReader } from './kernel-sample.ts';

/** How a layer's channels moved over an epoch, [channels] each. See `common/cascade/freed.ts`. */
export interface ChannelMotion {
  /** NaN where the optimizer alone would not have moved the channel's weights, or none of them is kept. */
  residual: Float32Array;
  /** ‖free(w)‖ ÷ ‖w‖, and ‖w′‖ ÷ ‖w‖; NaN where w is zero, or none is kept. */
  freeDecay: Float32Array;
  decay: Float32Array;
}

/** Motion of a layer of which nothing is known. */
export function unknownMotion(channels: number): ChannelMotion {
  const unknown = (): Float32Array => new Float32Array(channels).fill(NaN);
  return { residual: unknown(), freeDecay: unknown(), decay: unknown() };
}

/** By layer. */
export type Motion = ReadonlyMap<string, ChannelMotion>;

/** What a run's free steps are made of. */
export interface MotionSetting {
  engine: Engine;
  network: NetworkDescription;
  optimizer: Opened<Optimizer>;
  seed: number;
}

/**
 * Kept weights of a channel that are looked at: a few of every channel tell which may be free at all, and of those many
 * tell whether they are. Following one weight through a step takes a thread 2 to 8 ns, so that all of them would take
 * more of an epoch than measuring may.
 */
const FIRST = 8;
const MOST = 32;

/** Residual of the first few above which a channel is held for certain: freed ones lie at 0.2 and below. */
const PERHAPS_FREE = 0.5;

/**
 * Follows what the optimizer alone would make of a network's weights over an epoch, from their values and the optimizer's
 * state at its start, at the rate of every step, and compares what training made of them. Reads the state, changes nothing.
 */
export class FreeMotion {
  readonly #setting: MotionSetting;
  #reader: SampleReader | null = null;
  /** Copies of the masks that the sample was drawn by. */
  #masks = new Map<string, Uint8Array>();
  #start: Map<string, HostWeights> | null = null;
  #end: Map<string, HostWeights['weight']> | null = null;
  #steps: { rate: number; step: number }[] = [];
  #motion: Motion | null = null;

  constructor(setting: MotionSetting) {
    this.#setting = setting;
  }

  /** Where the epoch's free steps start: at its first step, and anew where weights are pruned in its course. */
  begin(state: DeviceState, masks: ReadonlyMap<string, Uint8Array>): void {
    this.#start = this.#readerFor(masks).read(state);
    this.#end = null;
    this.#motion = null;
    this.#steps = [];
  }

  /** A training step was made. @param step its number over the whole run, from 1 */
  note(rate: number, step: number): void {
    this.#steps.push({ rate, step });
  }

  /** The epoch's last step is done, and nothing pruned after it yet. */
  finish(state: DeviceState): void {
    this.#end = this.#reader!.readWeights(state);
  }

  /** Over the epoch that was finished last, here or before the checkpoint that was restored; null before the first. */
  get motion(): Motion | null {
    if (this.#start && this.#end) {
      this.#motion = this.#follow(this.#start, this.#end);
      this.#start = this.#end = null;
    }
    return this.#motion;
  }

  restore(motion: Motion | null): void {
    this.#start = this.#end = null;
    this.#motion = motion;
  }

  dispose(): void {
    this.#reader?.dispose();
    this.#reader = null;
  }

  #readerFor(masks: ReadonlyMap<string, Uint8Array>): SampleReader {
    const same = [...masks].every(([name, mask]) => this.#masks.get(name) === mask);
    if (this.#reader && same) return this.#reader;
    this.#reader?.dispose();
    const { engine, network, optimizer, seed } = this.#setting;
    const sample = sampleKernels(network, masks, MOST, seed);
    this.#masks = new Map(masks);
    return (this.#reader = new SampleReader(engine, sample, optimizer.slots.length));
  }

  #follow(start: ReadonlyMap<string, HostWeights>, end: ReadonlyMap<string, HostWeights['weight']>): Motion {
    const { engine, network, optimizer } = this.#setting;
    const freeStep = optimizer.freeStep();
    // As the device has them: at low rates a factor such as 1 − η·λ is a matter of its last bits.
    const scalars = this.#steps.map(({ rate, step }) => [
      ...inPrecision(engine, optimizer.scalars(rate, step)),
    ]);
    const motion = new Map<string, ChannelMotion>(
      network.layers.map(({ name, outputChannels }) => [name, unknownMotion(outputChannels)]),
    );
    for (const { layer, counts } of this.#reader!.sample) {
      const moved = motion.get(layer.name)!;
      const weights = { start: start.get(layer.name)!, end: end.get(layer.name)! };
      const free = (weights: HostWeights): void => scalars.forEach((values) => freeStep(weights, values));
      let from = 0;
      const channels = Array.from(counts, (count, channel) => ({ channel, from, to: (from += count) }));
      measure(
        weights,
        channels.map((place) => ({ ...place, to: Math.min(place.to, place.from + FIRST) })),
        free,
        moved,
      );
      const perhaps = channels.filter(
        ({ channel, from, to }) => to - from > FIRST && moved.residual[channel]! <= PERHAPS_FREE,
      );
      measure(weights, perhaps, free, moved);
    }
    return motion;
  }
}

type Weights = HostWeights['weight'];

/** Sampled weights of a channel: from one place in its layer's sample to before another. */
interface Place {
  channel: number;
  from: number;
  to: number;
}

/** How channels moved, by the sampled weights of their places. @param follow takes all free steps, in place */
function measure(
  { start, end }: { start: HostWeights; end: Weights },
  places: readonly Place[],
  follow: (weights: HostWeights) => void,
  { residual, freeDecay, decay }: ChannelMotion,
): void {
  const free = { weight: pick(start.weight, places), slots: start.slots.map((slot) => pick(slot, places)) };
  follow(free);
  let index = 0;
  for (const { channel, from, to } of places) {
    let [otherwise, moved, before, freely, after] = [0, 0, 0, 0, 0];
    for (let place = from; place < to; place++, index++) {
      const [w, alone, trained] = [start.weight[place]!, free.weight[index]!, end[place]!];
      otherwise += (trained - alone) ** 2;
      moved += (w - alone) ** 2;
      before += w ** 2;
      freely += alone ** 2;
      after += trained ** 2;
    }
    if (moved > 0) residual[channel] = Math.sqrt(otherwise / moved);
    if (before === 0) continue;
    freeDecay[channel] = Math.sqrt(freely / before);
    decay[channel] = Math.sqrt(after / before);
  }
}

/** Copies of the values at some places, one after another. */
function pick(values: Weights, places: readonly Place[]): Weights {
  const count = places.reduce((sum, { from, to }) => sum + to - from, 0);
  const picked = values instanceof Float32Array ? new Float32Array(count) : new Float64Array(count);
  let at = 0;
  for (const { from, to } of places) {
    picked.set(values.subarray(from, to), at);
    at += to - from;
  }
  return picked;
}
