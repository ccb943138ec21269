import { channelGroups, type ChannelGroup } from '../../../common/cascade/channel-groups.ts';
import { findInert } from './inert/inert.ts';
import { effectiveMacs } from '../../../common/cascade/macs.ts';
import { reckonKernel, reckonNetwork } from '../../../common/measures/reckoning.ts';
import { RECKONED_MEASURES } from '../../../common/measures/registry.ts';
import type { LayerRecord, Measured } from '../../../common/records.ts';
import { absoluteThresholds, type Threshold } from '../../../common/thresholds.ts';
import type { DeviceState } from '../steps/device-state.ts';
import type { Motion } from './free-motion.ts';
import type { GradientNorms } from './gradient-norms.ts';
import { medianSizes } from './median-sizes.ts';
import { kernelSigma, measureStates } from './states.ts';

/** What is measured of the weights after an epoch. */
export interface MeasuredEpoch {
  layers: LayerRecord[];
  /** Trainable parameters of the whole network after physical compaction. */
  compactedParameters: number;
  /** Of the kept weights, the median size in freed channels and in all others; null where there are none. */
  freedMedian: number | null;
  heldMedian: number | null;
  /** Of the whole network. */
  measured: Measured;
}

/** What the weights are measured against. */
export interface MeasurementReference {
  /** By layer, 1 where kept. */
  masks: ReadonlyMap<string, Uint8Array>;
  thresholds: readonly Threshold[];
  /** σ of each layer at the reference epoch, by name; null before it. */
  sigmas: Readonly<Record<string, number>> | null;
  /** How channels moved over the epoch; null where there was none. */
  motion: Motion | null;
}

/** Measures the weights of one network, epoch after epoch. */
export class NetworkMeasurement {
  readonly #state: DeviceState;
  readonly #gradientNorms: GradientNorms;
  /** Worked out when they are first needed. */
  #groups: ChannelGroup[] | null = null;

  constructor(state: DeviceState, gradientNorms: GradientNorms) {
    this.#state = state;
    this.#gradientNorms = gradientNorms;
  }

  /** The state of every weight of every layer, what compaction leaves of them, and the gradients. Changes nothing. */
  measure({ masks, thresholds, sigmas, motion }: MeasurementReference): MeasuredEpoch {
    const { network } = this.#state;
    const values = new Map(network.parameters.map(({ name }) => [name, this.#state.readParameter(name)]));
    const inertness = findInert(network, values);
    const normOf = new Map(
      network.nodes.flatMap((node) =>
        node.operation === 'batch-norm' ? [[node.inputs[0]!, node] as const] : [],
      ),
    );
    const states = network.layers.map((layer) => {
      const weights = values.get(layer.kernel)!;
      const norm = normOf.get(layer.name);
      return measureStates({
        layer,
        weights,
        mask: masks.get(layer.name)!,
        inertness: inertness.get(layer.name)!,
        thresholds: absoluteThresholds(thresholds, sigmas?.[layer.name] ?? kernelSigma(weights)),
        gamma: norm ? values.get(norm.gamma)! : null,
        beta: norm ? values.get(norm.beta)! : null,
        motion: motion?.get(layer.name) ?? null,
      });
    });
    const costs = effectiveMacs(network, states, (this.#groups ??= channelGroups(network)));
    const gradientNorms = this.#gradientNorms.measure(this.#state);
    const measured = network.layers.map(({ name, kernel, outputChannels }, index) => {
      const gradientNorm = gradientNorms[index]!;
      const kept = states[index]!.weights - states[index]!.pruned;
      return reckonKernel(RECKONED_MEASURES, {
        weights: values.get(kernel)!,
        mask: masks.get(name)!,
        outputChannels,
        kept,
        gradientNorm,
      });
    });
    return {
      layers: states.map((layer, index) => ({
        ...layer,
        compacted: costs.layers[index]!.compacted.weights,
        gradientNorm: gradientNorms[index]!,
        deadOnData: null,
        measured: measured[index]!,
      })),
      measured: reckonNetwork(
        RECKONED_MEASURES,
        states.map(({ weights, pruned }, index) => ({
          weights,
          kept: weights - pruned,
          measured: measured[index]!,
        })),
      ),
      compactedParameters: costs.compacted.parameters,
      ...(motion ? medianSizes(network, states, thresholds.length) : { freedMedian: null, heldMedian: null }),
    };
  }

  dispose(): void {
    this.#gradientNorms.dispose();
  }
}
