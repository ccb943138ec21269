import { sizeOf, type KernelKind, type NetworkDescription } from '../../../../common/network.ts';
import { generator, normals, type Random } from '../../../../main/trainer/random.ts';
import {
  completePruning,
  type LayerSelection,
  type NamedOptions,
  type PruningSpecification,
} from '../../../../common/run-specification.ts';
import type { Combination } from '../../../../main/trainer/pruning/combination.ts';
import type { MaskedLayer, PruningMoment, PruningOutcome } from '../../../../main/trainer/pruning/prune.ts';
import { NetworkBuilder } from '../../../../main/trainer/network/builder.ts';

export interface Parts {
  criterion?: string | NamedOptions;
  granularity?: string | NamedOptions;
  distribution?: string | NamedOptions;
  layers?: Partial<LayerSelection>;
  sparsity?: number;
  shuffle?: boolean;
}

const named = (part: string | NamedOptions): NamedOptions =>
  typeof part === 'string' ? { name: part } : part;

/** Global magnitude pruning of half of all weights at once, but for the parts given. */
export function pruning(parts: Parts = {}): PruningSpecification {
  const stored = completePruning({
    criterion: named(parts.criterion ?? 'magnitude'),
    granularity: named(parts.granularity ?? 'weight'),
    distribution: named(parts.distribution ?? 'global'),
    schedule: { name: 'one-shot', epoch: 1 },
    layers: { kinds: [], names: [], except: [], ...parts.layers },
    sparsity: parts.sparsity ?? 0.5,
  });
  return { ...stored, shuffle: parts.shuffle ?? false };
}

/** A fresh stream to order equal scores by. */
export const ties = (seed = 1): Random => generator(seed, 'order of equal scores');

export function moment(sparsity: number, more: Partial<PruningMoment> = {}): PruningMoment {
  const none = (): never => {
    throw new Error('This criterion asks for nothing of the network.');
  };
  return {
    sparsity,
    seed: 1,
    counters: [1],
    derivatives: { normScales: () => null, lossGradients: none, hessianGradient: none, synapticFlow: none },
    ...more,
  };
}

/** A layer with everything kept; normal weights unless given. */
export function layer(
  name: string,
  kind: KernelKind,
  shape: number[],
  weights?: ArrayLike<number>,
): MaskedLayer {
  const size = sizeOf(shape);
  return {
    name,
    kind,
    shape,
    weights: Float32Array.from(weights ?? normals(size, generator(3, `weights of ${name}`))),
    mask: new Uint8Array(size).fill(1),
  };
}

/** All prunable layers of a network. */
export function layersOf(network: NetworkDescription): MaskedLayer[] {
  return network.layers.map(({ name, kind, shape }) => layer(name, kind, shape));
}

export function network(
  build: (builder: NetworkBuilder) => NetworkBuilder,
  shape: [number, number, number] = [8, 8, 3],
): NetworkDescription {
  return build(new NetworkBuilder('test', shape, 10, { minimum: -1, maximum: 1 })).build();
}

export function withMasks(
  layers: readonly MaskedLayer[],
  { masks }: Pick<PruningOutcome, 'masks'>,
): MaskedLayer[] {
  return layers.map((each) => ({ ...each, mask: masks.get(each.name) ?? each.mask }));
}

export function combination(specification: PruningSpecification, more: Partial<Combination>): Combination {
  return { pruning: specification, layers: [], network: null, prunings: 1, ...more };
}

export const zeros = (mask: Uint8Array): number => mask.reduce((sum, kept) => sum + 1 - kept, 0);
export const prunedOf = ({ masks }: PruningOutcome): number =>
  [...masks.values()].reduce((sum, mask) => sum + zeros(mask), 0);
