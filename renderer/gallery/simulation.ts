import { encodeMagnitudes } from '../../common/codec/magnitude-counts.ts';
import { countMagnitudes } from '../../common/cascade/magnitudes.ts';
import { encodeFrame } from '../../common/codec/frames.ts';
import { countStates } from '../../common/cascade/composition.ts';
import { freedChannels } from '../../common/cascade/freed.ts';
import { compression, costsOf, theoreticalSpeedUp } from '../../common/cascade/macs.ts';
import type { Cost, EpochCosts, EpochSummary, LayerEpoch } from '../../common/contract/schemas.ts';
import type { WeightForecast, WeightHistory } from '../../common/contract/weight-schemas.ts';
import { RECKONED_MEASURES } from '../../common/measures/registry.ts';
import type { PrunableLayer } from '../../common/network.ts';
import {
  CHANNEL_FIELDS,
  channelRows,
  laterRow,
  planeBytes,
  planeCount,
  planeNames,
  rowsAt,
  shedAndInertRow,
  shedRow,
  type Measured,
} from '../../common/records.ts';
import { DEFAULT_THRESHOLDS, absoluteThresholds, thresholdLabel } from '../../common/thresholds.ts';
import { LAYER_LIST, NETWORK } from './network.ts';

/** Made-up weights that behave as in a cascade: what lost its gradient decays freely. Not science: scenery. */
export const LABELS = DEFAULT_THRESHOLDS.map(thresholdLabel);
export const EPOCHS = 12;
export const PRUNED_AT = 2;
/** Epochs per tenfold shrink. */
const TENFOLD = 2.1;
const NEVER = 1e9;
/** Epochs from a channel's death to where it is seen to be blocked. */
const BLOCKED_AFTER = 3;

export function freeDecay(from: number, epoch: number): number {
  return epoch <= from ? 1 : 10 ** (-(epoch - from) / TENFOLD);
}

/** A number of every measure that is stored by its id. */
function madeUp(value: (id: string) => number): Measured {
  return Object.fromEntries(RECKONED_MEASURES.map(({ id }) => [id, value(id)]));
}

/** Equal answers to equal questions: a number in [0, 1) from a few integers. */
export function noise(...keys: number[]): number {
  let hash = 2166136261;
  for (const key of keys) {
    hash = Math.imul(hash ^ key, 16777619);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0x5bd1e995);
  }
  return ((hash ^ (hash >>> 15)) >>> 0) / 4294967296;
}

interface SimulatedLayer {
  layer: PrunableLayer;
  start: Float32Array;
  /** Epoch after which a weight has no gradient. */
  freed: Float32Array;
  pruned: Uint8Array;
  /** Epoch after which a channel is dead. */
  death: Float32Array;
}

/** A whole run: its weights as functions of the epoch. */
export class Simulation {
  readonly layers: SimulatedLayer[];
  readonly prunes: boolean;

  /** @param sparsity share of the depthwise weights that is pruned; of equal seeds the smaller masks lie within the larger */
  constructor(seed: number, sparsity: number, layers: readonly PrunableLayer[] = LAYER_LIST) {
    this.prunes = sparsity > 0;
    let incoming: Float32Array = new Float32Array(1).fill(NEVER);
    this.layers = layers.map((layer, index) => {
      const simulated = simulate(layer, index, seed, sparsity, incoming);
      incoming = simulated.death;
      return simulated;
    });
    // A channel that nobody reads has no gradient either.
    for (let index = this.layers.length - 2; index >= 0; index -= 1) {
      const [here, next] = [this.layers[index]!, this.layers[index + 1]!];
      if (next.layer.kind !== 'depthwise') continue;
      for (let c = 0; c < here.death.length; c += 1)
        here.death[c] = Math.min(here.death[c]!, (next.death[c] ?? NEVER) + 0.5);
      free(here, this.layers[index - 1]?.death ?? incoming);
    }
  }

  /** |w| of every weight of a layer after an epoch. */
  magnitude(index: number, weight: number, epoch: number): number {
    const layer = this.layers[index]!;
    if (this.prunes && layer.pruned[weight] === 1 && epoch >= PRUNED_AT) return 0;
    const drift = 1 + 0.04 * Math.sin(epoch * 0.7 + weight);
    return layer.start[weight]! * drift * freeDecay(layer.freed[weight]!, epoch);
  }

  /** One weight over some epochs; every third has no checkpoint. */
  history(name: string, weight: number, from: number, to: number): WeightHistory {
    const index = this.layers.findIndex(({ layer }) => layer.name === name);
    const thresholds = absoluteThresholds(DEFAULT_THRESHOLDS, 0.1);
    const epochs = Array.from({ length: Math.min(to, EPOCHS) - from + 1 }, (_, at) => from + at);
    return {
      epochs,
      states: epochs.map((epoch) => {
        if (this.isPruned(index, weight, epoch)) return 1;
        const magnitude = this.magnitude(index, weight, epoch);
        const shed = [...thresholds].map((threshold) => magnitude <= threshold);
        const bits = [false, this.isInert(index, weight, epoch), ...shed];
        return bits.reduce((state, bit, plane) => state + (bit ? 2 ** plane : 0), 0);
      }),
      values: epochs.map((epoch) => (epoch % 3 === 1 ? null : this.magnitude(index, weight, epoch))),
      unreadable: [],
      sigma: 0.1,
      next: null,
    };
  }

  /** Histograms of |w|, as recorded. */
  magnitudes(from: number, to: number): Uint8Array<ArrayBuffer> {
    const epochs = Array.from({ length: Math.min(to, EPOCHS) - from + 1 }, (_, at) => from + at);
    const parts = epochs.map((epoch) =>
      encodeMagnitudes(
        this.layers.map(({ layer }, index) => {
          const weights = Array.from({ length: layer.weights }, (_, weight) => weight);
          const sizes = Float32Array.from(weights, (weight) => this.magnitude(index, weight, epoch));
          const kept = Uint8Array.from(weights, (weight) => Number(!this.isPruned(index, weight, epoch)));
          return countMagnitudes(sizes, kept);
        }),
      ),
    );
    return encodeFrame(
      {
        kind: 'magnitudes',
        layers: this.layers.map(({ layer }) => layer.name),
        epochs,
        sizes: parts.map(({ length }) => length),
        next: null,
      },
      Uint8Array.from(parts.flatMap((part) => [...part])),
    );
  }

  forecast(name: string, weight: number, epoch: number): WeightForecast {
    const index = this.layers.findIndex(({ layer }) => layer.name === name);
    const nothing = { from: null, start: null, magnitudes: [], tenfold: null, end: null };
    if (this.isPruned(index, weight, epoch)) return { none: 'pruned', ...nothing };
    if (this.layers[index]!.freed[weight]! >= epoch) return { none: 'held', ...nothing };
    const later = Array.from({ length: EPOCHS - epoch }, (_, at) => epoch + at + 1);
    return {
      none: null,
      from: epoch,
      start: this.magnitude(index, weight, epoch),
      magnitudes: later.map((at) => this.magnitude(index, weight, at)),
      tenfold: TENFOLD,
      end: 'run',
    };
  }

  isPruned(index: number, weight: number, epoch: number): boolean {
    return this.prunes && epoch >= PRUNED_AT && this.layers[index]!.pruned[weight] === 1;
  }

  isInert(index: number, weight: number, epoch: number): boolean {
    const { layer, death } = this.layers[index]!;
    return epoch >= death[weight % layer.outputChannels]! + 3;
  }

  summary(epoch: number): EpochSummary {
    const layers = this.layers.map((entry, index) => this.layerSummary(entry, index, epoch));
    const kept = layers.map((layer) => layer.weights * (1 - layer.pruned));
    const all = layers.reduce((sum, layer) => sum + layer.weights, 0);
    const keptSum = kept.reduce((sum, part) => sum + part, 0);
    const ofKept = (value: (index: number) => number) =>
      kept.reduce((sum, part, index) => sum + part * value(index), 0) / keptSum;
    const rate = epoch === 0 ? 0 : epoch > 9 ? 0.01 : 0.1;
    const counted = (value: (layer: LayerEpoch) => number | null) =>
      layers.reduce((sum, layer) => sum + (value(layer) ?? 0), 0);
    const dip = this.prunes && epoch >= PRUNED_AT ? 0.11 * Math.exp(-(epoch - PRUNED_AT) / 1.2) : 0;
    const accuracy = epoch === 0 ? 0.098 : 0.986 - 0.09 * Math.exp(-epoch / 1.4) - dip;
    return {
      epoch,
      phase: epoch === 0 ? 'initial' : epoch <= PRUNED_AT ? 'training' : 'retraining',
      learningRate: rate,
      learningRateMean: rate,
      learningRateLast: rate,
      steps: epoch === 0 ? 0 : 375,
      trainLoss: epoch === 0 ? null : 0.06 + 0.5 * Math.exp(-epoch / 1.2) + dip,
      trainAccuracy: epoch === 0 ? null : accuracy + 0.006,
      validationLoss: 0.07 + 0.6 * Math.exp(-epoch / 1.3) + dip,
      validationAccuracy: accuracy - 0.002,
      validationTopFive: 1 - (1 - accuracy) / 9,
      testTopFive: 1 - (1 - accuracy) / 10,
      testLoss: epoch === 0 ? 2.31 : 0.06 + 0.6 * Math.exp(-epoch / 1.3) + dip,
      testAccuracy: accuracy,
      trainingSeconds: 4.1,
      evaluationSeconds: 0.4,
      measurementSeconds: 0.03,
      waitingSeconds: 0,
      pruned: 1 - keptSum / all,
      shed: Object.fromEntries(
        LABELS.map((label) => [label, ofKept((index) => layers[index]?.shed[label] ?? 0)]),
      ),
      inertAtLeast: ofKept((index) => layers[index]?.inertAtLeast ?? 0),
      zero: 1 - keptSum / all,
      channels: counted((layer) => layer.channels),
      freedChannels: epoch === 0 ? null : counted((layer) => layer.freedChannels),
      freed: epoch === 0 ? null : ofKept((index) => layers[index]?.freed ?? 0),
      freedMedian: epoch > PRUNED_AT ? 0.1 * freeDecay(PRUNED_AT, epoch) : null,
      heldMedian: 0.11,
      norm: Math.hypot(...layers.map((layer) => layer.norm)),
      gradientNorm: Math.hypot(...layers.map((layer) => layer.gradientNorm ?? 0)),
      deadOnData: ofKept((index) => layers[index]?.deadOnData ?? 0),
      measured: madeUp((id) => ofKept((index) => layers[index]?.measured[id] ?? 0)),
      costs: layers.length === LAYER_LIST.length ? costsAfter(layers) : null,
      layers,
    };
  }

  private layerSummary({ layer, death }: SimulatedLayer, index: number, epoch: number): LayerEpoch {
    const thresholds = absoluteThresholds(DEFAULT_THRESHOLDS, 0.1);
    let pruned = 0;
    let inert = 0;
    let square = 0;
    const shed = new Float64Array(thresholds.length);
    for (let weight = 0; weight < layer.weights; weight += 1) {
      if (this.isPruned(index, weight, epoch)) {
        pruned += 1;
        continue;
      }
      const magnitude = this.magnitude(index, weight, epoch);
      square += magnitude ** 2;
      if (this.isInert(index, weight, epoch)) inert += 1;
      thresholds.forEach((threshold, at) => (shed[at]! += magnitude <= threshold ? 1 : 0));
    }
    const kept = layer.weights - pruned;
    const freedChannels = death.filter((since) => since < epoch).length;
    return {
      name: layer.name,
      weights: layer.weights,
      macs: layer.macs,
      compacted: layer.weights - inert,
      gradientNorm: 0.02 + 0.4 * Math.exp(-epoch / 2) * noise(index, epoch),
      deadOnData: Math.min(1, (1.2 * inert) / kept),
      measured: madeUp(() => 0.8 * Math.sqrt(square / kept)),
      pruned: pruned / layer.weights,
      shed: Object.fromEntries(LABELS.map((label, at) => [label, shed[at]! / kept])),
      inertAtLeast: inert / kept,
      zero: pruned / layer.weights,
      norm: Math.sqrt(square),
      channels: layer.outputChannels,
      freedChannels: epoch === 0 ? null : freedChannels,
      freed: epoch === 0 ? null : freedChannels / layer.outputChannels,
    };
  }

  /** Weights of every layer by state at a threshold, as tracks tell them. */
  states(epoch: number, threshold: string): Record<string, number[]> {
    const rows = channelRows(LABELS.length);
    return Object.fromEntries(
      this.layers.map((entry, index) => {
        const { name, outputChannels: channels, weights } = entry.layer;
        const values = new Float32Array(rows * channels);
        this.channelTable(entry, index, epoch, values, this);
        const table = { values, channels, thresholds: LABELS.length };
        return [name, countStates(table, LABELS.indexOf(threshold), weights, freedChannels(table))];
      }),
    );
  }

  /**
   * @param beside the run over whose kept weights they are counted; by default this one
   * @param threshold the one that the tables tell; by default all
   */
  channels(from: number, to: number, beside: Simulation = this, threshold?: string): Uint8Array<ArrayBuffer> {
    const epochs = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    const rows = channelRows(LABELS.length);
    const layers = this.layers.map(({ layer }) => ({
      name: layer.name,
      channels: layer.outputChannels,
      rows,
    }));
    const size = layers.reduce((sum, layer) => sum + layer.channels * layer.rows, 0);
    const floats = new Float32Array(size * epochs.length);
    let at = 0;
    for (const epoch of epochs)
      this.layers.forEach((entry, index) => {
        const table = floats.subarray(at, at + rows * entry.layer.outputChannels);
        this.channelTable(entry, index, epoch, table, beside);
        at += rows * entry.layer.outputChannels;
      });
    const header = { kind: 'channels' as const, thresholds: LABELS, epochs, next: null, layers };
    if (threshold === undefined) return encodeFrame(header, new Uint8Array(floats.buffer));
    const chosen = rowsAt([LABELS.indexOf(threshold)], LABELS.length);
    const picked: number[] = [];
    at = 0;
    for (let epoch = from; epoch <= to; epoch += 1)
      for (const { channels } of layers) {
        for (const row of chosen)
          picked.push(...floats.subarray(at + row * channels, at + (row + 1) * channels));
        at += rows * channels;
      }
    const of = layers.map((layer) => ({ ...layer, rows: chosen.length }));
    return encodeFrame(
      { ...header, thresholds: [threshold], layers: of },
      new Uint8Array(Float32Array.from(picked).buffer),
    );
  }

  /** How many channels are blocked after an epoch. */
  blocked(epoch: number): number {
    return this.layers.reduce(
      (sum, { death }) => sum + death.filter((since) => epoch >= since + BLOCKED_AFTER).length,
      0,
    );
  }

  private channelTable(
    { layer, death }: SimulatedLayer,
    index: number,
    epoch: number,
    table: Float32Array,
    beside: Simulation,
  ): void {
    const n = layer.outputChannels;
    const thresholds = absoluteThresholds(DEFAULT_THRESHOLDS, 0.1);
    const row = (name: (typeof CHANNEL_FIELDS)[number]) => CHANNEL_FIELDS.indexOf(name) * n;
    for (let weight = 0; weight < layer.weights; weight += 1) {
      const channel = weight % n;
      if (beside.isPruned(index, weight, epoch)) {
        table[row('pruned') + channel]! += 1;
        continue;
      }
      const magnitude = this.magnitude(index, weight, epoch);
      const inert = this.isInert(index, weight, epoch);
      if (inert) table[row('inert') + channel]! += 1;
      table[row('norm') + channel]! += magnitude ** 2;
      thresholds.forEach((threshold, at) => {
        if (magnitude > threshold) return;
        table[shedRow(at) * n + channel]! += 1;
        if (inert) table[shedAndInertRow(at, thresholds.length) * n + channel]! += 1;
      });
    }
    for (let channel = 0; channel < n; channel += 1) {
      table[row('norm') + channel] = Math.sqrt(table[row('norm') + channel]!);
      table[row('gamma') + channel] = freeDecay(death[channel]!, epoch);
      const dead = epoch > death[channel]!;
      table[laterRow('residual', thresholds.length) * n + channel] = epoch === 0 ? NaN : dead ? 0.01 : 1.4;
      table[laterRow('freeDecay', thresholds.length) * n + channel] = freeDecay(0, 1);
      table[laterRow('decay', thresholds.length) * n + channel] = dead ? freeDecay(0, 1) : 1;
      table[row('blocked') + channel] = epoch >= death[channel]! + BLOCKED_AFTER ? 1 : 0;
    }
  }

  planes(
    name: string,
    epoch: number,
    wanted: readonly string[] = planeNames(LABELS),
  ): Uint8Array<ArrayBuffer> {
    const index = this.layers.findIndex((entry) => entry.layer.name === name);
    const { layer } = this.layers[index]!;
    const thresholds = absoluteThresholds(DEFAULT_THRESHOLDS, 0.1);
    const bytes = planeBytes(layer.weights);
    const body = new Uint8Array(planeCount(thresholds.length) * bytes);
    const set = (plane: number, weight: number) =>
      (body[plane * bytes + (weight >> 3)]! |= 1 << (weight & 7));
    for (let weight = 0; weight < layer.weights; weight += 1) {
      if (this.isPruned(index, weight, epoch)) {
        set(0, weight);
        continue;
      }
      if (this.isInert(index, weight, epoch)) set(1, weight);
      const magnitude = this.magnitude(index, weight, epoch);
      thresholds.forEach((threshold, at) => {
        if (magnitude <= threshold) set(2 + at, weight);
      });
    }
    const header = {
      kind: 'planes' as const,
      thresholds: LABELS,
      planes: [...wanted],
      epoch,
      layer: name,
      shape: layer.shape,
      weights: layer.weights,
    };
    const names = planeNames(LABELS);
    const chosen = new Uint8Array(wanted.length * bytes);
    wanted.forEach((plane, index) => {
      const at = names.indexOf(plane) * bytes;
      chosen.set(body.subarray(at, at + bytes), index * bytes);
    });
    return encodeFrame(header, chosen);
  }
}

function costsAfter(layers: readonly LayerEpoch[]): EpochCosts {
  const counted = layers.map((layer) => {
    const kept = Math.round(layer.weights * (1 - layer.pruned));
    return {
      name: layer.name,
      pruned: layer.weights - kept,
      inert: Math.round(kept * layer.inertAtLeast),
      shed: LABELS.map((label) => Math.round(kept * (layer.shed[label] ?? 0))),
      compacted: layer.compacted ?? layer.weights,
    };
  });
  const left = counted.reduce((sum, layer) => sum + layer.compacted, 0);
  const found = costsOf(NETWORK, counted, left);
  const cost = (effective: typeof found.dense): Cost => ({
    ...effective,
    compression: compression(found, effective),
    speedUp: theoreticalSpeedUp(found, effective),
  });
  return {
    dense: cost(found.dense),
    masked: cost(found.masked),
    withoutShed: Object.fromEntries(LABELS.map((label, at) => [label, cost(found.withoutShed[at]!)])),
    withoutInert: cost(found.withoutInert),
    compacted: cost(found.compacted),
  };
}

function simulate(
  layer: PrunableLayer,
  index: number,
  seed: number,
  sparsity: number,
  incoming: Float32Array,
): SimulatedLayer {
  const channels = layer.outputChannels;
  const start = new Float32Array(layer.weights);
  const pruned = new Uint8Array(layer.weights);
  for (let weight = 0; weight < layer.weights; weight += 1) {
    start[weight] = 0.02 + 0.18 * noise(seed, index, weight, 1);
    if (layer.kind === 'depthwise' && noise(seed, index, weight, 2) < sparsity) pruned[weight] = 1;
  }
  const death = new Float32Array(channels).fill(NEVER);
  const last = layer.kind === 'dense';
  for (let channel = 0; channel < channels; channel += 1) {
    const own = noise(seed, index, channel, 3);
    if (layer.kind === 'depthwise') {
      let alive = 0;
      for (let row = 0; row < 9; row += 1) alive += 1 - pruned[row * channels + channel]!;
      if (alive === 0) death[channel] = PRUNED_AT;
      death[channel] = Math.min(death[channel]!, (incoming[channel] ?? NEVER) + 0.4);
    } else if (!last && own < 0.09 + 0.28 * sparsity)
      death[channel] = PRUNED_AT + 0.4 + own * (60 - 51 * sparsity);
  }
  const simulated = { layer, start, freed: new Float32Array(layer.weights), pruned, death };
  free(simulated, incoming);
  return simulated;
}

/** A weight is free once the channel it reads or the channel it makes is dead. */
function free({ layer, freed, death }: SimulatedLayer, incoming: Float32Array): void {
  const channels = layer.outputChannels;
  for (let weight = 0; weight < layer.weights; weight += 1) {
    const out = death[weight % channels]!;
    const row = Math.floor(weight / channels);
    const into = layer.kind === 'depthwise' ? NEVER : (incoming[row % layer.inputChannels] ?? NEVER);
    freed[weight] = Math.min(out, into);
  }
}
