import { CascadeError } from '../../../common/errors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import { generator } from '../random.ts';
import type { PruningSpecification } from '../../../common/run-specification.ts';
import type { Derivatives } from '../scoring/derivatives.ts';
import type { HandedMasks } from './criteria/criterion.ts';
import { criteria } from './criteria/registry.ts';
import { distributions } from './distributions/registry.ts';
import { granularities } from './granularities/registry.ts';
import type { LayerShape } from './kernel-view.ts';
import { selectLayers } from './layer-selection.ts';
import { countPruned } from './masks.ts';
import { combinationRefusals } from './refusals.ts';

export interface MaskedLayer extends LayerShape {
  weights: Float32Array;
  /** 1 where kept. */
  mask: Uint8Array;
}

/** When and with what a network is pruned. */
export interface PruningMoment {
  /** Share of the chosen layers' weights, pruned ones included. */
  sparsity: number;
  seed: number;
  /** See ScoringContext. */
  counters: readonly number[];
  derivatives: Derivatives;
  /** The network that the layers belong to; only channels are pruned by it. */
  network?: NetworkDescription;
  /** Masks of another run, where the criterion takes those. */
  handed?: HandedMasks | null;
}

export interface PruningOutcome {
  /** New masks by layer name; only the chosen layers. */
  masks: Map<string, Uint8Array>;
  /** Shares of the chosen layers' weights, asked and reached. */
  asked: number;
  reached: number;
  layers: { name: string; weights: number; pruned: number }[];
  /** Chosen layers that lost every weight. */
  collapsed: string[];
}

/**
 * Prunes the chosen layers up to `sparsity` (a share of their weights, pruned ones included). Of single weights exactly
 * round(sparsity · weights) are pruned afterwards, never all that a threshold equals: of equal scores the seed, the time of
 * pruning and the round choose, among all layers alike. Other granularities come as near as whole units do, and masks that
 * were handed over are put in force as they are.
 *
 * @throws CascadeError INVALID_STUDY when no layer is chosen, the parts of the pruning do not go together or more is
 *   pruned already; BAD_SCORES when weights have diverged
 */
export function prune(
  specification: PruningSpecification,
  layers: readonly MaskedLayer[],
  { sparsity, seed, counters, derivatives, network, handed = null }: PruningMoment,
): PruningOutcome {
  const chosen = selectLayers(
    layers.map((layer, index) => ({ ...layer, index })),
    specification.layers,
  );
  if (chosen.length === 0)
    throw new CascadeError('INVALID_STUDY', 'The pruning chooses no layer of this network.');
  refuse(specification, chosen, network ?? null);
  const criterion = criteria.open(specification.criterion);
  const granularity = granularities.open(specification.granularity);
  const distribution = distributions.open(specification.distribution);

  const goal = criterion.onlySparsity?.(chosen, handed) ?? sparsity;
  const scoringRounds = criterion.scoringRounds?.() ?? 1;
  const all = chosen.reduce((sum, { mask }) => sum + mask.length, 0);
  const before = prunedOf(chosen) / all;
  let current = chosen;
  for (let round = 1; round <= scoringRounds; round++) {
    const context = { seed, counters, layers: current, derivatives, handed };
    const scores = criterion.scores(context);
    const masks = granularity.masks({
      layers: current.map((layer) => ({ ...layer, scores: scores.get(layer.name)! })),
      sparsity: roundSparsity(before, goal, round, scoringRounds),
      distribution,
      ties: generator(seed, 'order of equal scores', ...counters, round),
      network: network ?? null,
    });
    current = current.map((layer, position) => ({
      ...layer,
      mask: masks[position]!,
      weights: round < scoringRounds ? masked(layer.weights, masks[position]!) : layer.weights,
    }));
  }

  const counts = current.map(({ name, mask }) => ({ name, weights: mask.length, pruned: countPruned(mask) }));
  return {
    masks: new Map(current.map(({ name, mask }) => [name, mask])),
    asked: sparsity,
    reached: prunedOf(current) / all,
    layers: counts,
    collapsed: counts.filter(({ weights, pruned }) => pruned === weights).map(({ name }) => name),
  };
}

/**
 * The sparsity after a round: what is kept falls by the same factor in each (Tanaka et al., arXiv 2006.05467, algorithm
 * 1, where a density of ρ⁻¹ is reached by ρ^(−k/n)), from the density before to the one asked, which the last round meets
 * exactly.
 */
export function roundSparsity(before: number, sparsity: number, round: number, rounds: number): number {
  if (round === rounds || before === 1) return sparsity;
  return 1 - (1 - before) * ((1 - sparsity) / (1 - before)) ** (round / rounds);
}

function refuse(
  pruning: PruningSpecification,
  layers: readonly LayerShape[],
  network: NetworkDescription | null,
): void {
  const [refusal] = combinationRefusals({ pruning, layers, network, prunings: 1 });
  if (refusal) throw new CascadeError('INVALID_STUDY', `${refusal.key.join('.')}: ${refusal.message}.`);
}

function masked(weights: Float32Array, mask: Uint8Array): Float32Array {
  return weights.map((weight, index) => (mask[index] ? weight : 0));
}

function prunedOf(layers: readonly { mask: Uint8Array }[]): number {
  return layers.reduce((sum, { mask }) => sum + countPruned(mask), 0);
}
