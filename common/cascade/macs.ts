import { sizeOf, type NetworkDescription } from '../network.ts';
import type { LayerRecord } from '../records.ts';
import { channelGroups, type ChannelGroup } from './channel-groups.ts';
import { removableChannels } from './compaction.ts';

/**
 * What a network costs, for one image: multiply-accumulates, and weights of its prunable kernels.
 *
 * A kernel's weight is used once at every output position, so that it costs layer.macs ÷ layer.weights. Positions where
 * it meets padding count too, as in the profilers that papers take their numbers from. Only kernels count: biases, batch
 * norms, activations, pooling and adds are left out, in dense and effective numbers alike.
 */
export interface Cost {
  macs: number;
  weights: number;
}

/** The same cost under different ideas of what may be left out: Σ over layers of (weights left) · (positions). */
export interface Costs<Each = Cost> {
  /** All weights. */
  dense: Each;
  /** Without pruned weights: what hardware that skips every zero of the mask would do. */
  masked: Each;
  /** For each threshold of the ladder: without pruned weights and those shed at it. Removing shed weights is no exact step. */
  withoutShed: Each[];
  /** Without pruned and inert weights. Exact: the logits are the same. */
  withoutInert: Each;
  /**
   * After physical compaction: channels that can be deleted are gone from all tensors (see `removableChannels`), and what
   * is left is dense, its pruned weights computed as zeros. Exact, and the speed-up of ordinary hardware.
   */
  compacted: Each;
}

export interface LayerCosts extends Costs {
  name: string;
}

/** Of the whole network, with all its trainable parameters: kernels, biases, γ and β. */
export interface NetworkCosts extends Costs<Cost & { parameters: number }> {
  layers: LayerCosts[];
}

type MeasuredLayer = Pick<LayerRecord, 'name' | 'pruned' | 'inert' | 'shed' | 'planes'>;

/** What the costs of a layer follow from. */
export type CountedLayer = Pick<LayerRecord, 'name' | 'pruned' | 'inert' | 'shed' | 'compacted'>;

/**
 * @param layers records of all layers, of one epoch
 * @param groups of this very network; they do not change from epoch to epoch
 */
export function effectiveMacs(
  network: NetworkDescription,
  layers: readonly MeasuredLayer[],
  groups: readonly ChannelGroup[] = channelGroups(network),
): NetworkCosts {
  const records = new Map(layers.map((layer) => [layer.name, layer]));
  const deleted = deletedChannels(network, groups, removableChannels(network, groups, layers));
  const counted = network.layers.map((layer): CountedLayer => {
    const gone = deleted.layers.get(layer.name)!;
    const [inputs, outputs] = [layer.inputChannels - gone.input, layer.outputChannels - gone.output];
    // A kernel of several groups loses them by its outputs alone: what each of the others reads stays.
    const compacted = ((layer.weights / layer.outputChannels) * outputs * inputs) / layer.inputChannels;
    return { ...records.get(layer.name)!, compacted };
  });
  const left = counted.reduce((sum, { compacted }) => sum + compacted, 0);
  return costsOf(network, counted, left + otherParameters(network) - deleted.parameters);
}

/**
 * The same costs from what was counted.
 *
 * @param layers of one epoch; all layers, in the network's order
 * @param compactedParameters trainable parameters of the whole network after compaction
 */
export function costsOf(
  network: Pick<NetworkDescription, 'layers' | 'parameters'>,
  layers: readonly CountedLayer[],
  compactedParameters: number,
): NetworkCosts {
  const costs = network.layers.map((layer, index): LayerCosts => {
    const { pruned, inert, shed, compacted } = layers[index]!;
    const positions = layer.macs / layer.weights;
    const cost = (weights: number): Cost => ({ macs: weights * positions, weights });
    return {
      name: layer.name,
      dense: cost(layer.weights),
      masked: cost(layer.weights - pruned),
      withoutShed: shed.map((count) => cost(layer.weights - pruned - count)),
      withoutInert: cost(layer.weights - pruned - inert),
      compacted: cost(compacted),
    };
  });

  const sum = (of: (costs: LayerCosts) => Cost): Cost => ({
    macs: costs.reduce((total, layer) => total + of(layer).macs, 0),
    weights: costs.reduce((total, layer) => total + of(layer).weights, 0),
  });
  const others = otherParameters(network);
  const total = (of: (costs: LayerCosts) => Cost): Cost & { parameters: number } => {
    const { macs, weights } = sum(of);
    return { macs, weights, parameters: weights + others };
  };
  return {
    layers: costs,
    dense: total(({ dense }) => dense),
    masked: total(({ masked }) => masked),
    withoutShed: (layers[0]?.shed ?? []).map((_, step) => total(({ withoutShed }) => withoutShed[step]!)),
    withoutInert: total(({ withoutInert }) => withoutInert),
    compacted: { ...sum(({ compacted }) => compacted), parameters: compactedParameters },
  };
}

/** Theoretical speed-up: dense multiply-accumulates ÷ effective ones; infinite where none are left. */
export function theoreticalSpeedUp(costs: { dense: Cost }, effective: Cost): number {
  return costs.dense.macs / effective.macs;
}

/** Compression: all prunable weights ÷ those left; infinite where none are. */
export function compression(costs: { dense: Cost }, effective: Cost): number {
  return costs.dense.weights / effective.weights;
}

/** Number of a layer's channels that are deleted, and of biases, γ and β that go with them. */
function deletedChannels(
  network: NetworkDescription,
  groups: readonly ChannelGroup[],
  removable: readonly Uint8Array[],
): { layers: Map<string, { output: number; input: number }>; parameters: number } {
  const layers = new Map(network.layers.map(({ name }) => [name, { output: 0, input: 0 }]));
  const biased = new Set(
    network.nodes.flatMap((node) => ('bias' in node && node.bias !== null ? [node.name] : [])),
  );
  let parameters = 0;
  groups.forEach(({ members, norms }, number) => {
    const count = (of: number[][]): number =>
      of.reduce((sum, slices, channel) => sum + (removable[number]![channel] ? slices.length : 0), 0);
    for (const { layer, side, of } of members) {
      const channels = count(of);
      layers.get(layer)![side] += channels;
      if (side === 'output' && biased.has(layer)) parameters += channels;
    }
    for (const { of } of norms) parameters += 2 * count(of);
  });
  return { layers, parameters };
}

/** Trainable parameters that are no weights of kernels: biases, γ and β. */
export function otherParameters({ parameters }: Pick<NetworkDescription, 'parameters'>): number {
  return parameters
    .filter(({ role }) => role === 'bias' || role === 'gamma' || role === 'beta')
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
