import { CascadeError } from '../../../common/errors.ts';
import type { PrunableLayer } from '../../../common/network.ts';
import type { PruningSpecification } from '../../../common/run-specification.ts';
import type { Probe } from '../scoring/probe.ts';
import { criteria } from './criteria/registry.ts';
import { distributions } from './distributions/registry.ts';
import { selectLayers } from './layer-selection.ts';
import { keptScores, selectLowest } from './selection.ts';

export interface MaskedLayer extends Pick<PrunableLayer, 'name' | 'kind' | 'shape'> {
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
  probe: Probe;
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
 * Prunes the chosen layers up to `sparsity` (a share of their weights, pruned ones included): exactly
 * round(sparsity · weights) are pruned afterwards, never one that a threshold merely equals.
 *
 * @throws CascadeError INVALID_STUDY when no layer is chosen or more is pruned already, BAD_SCORES when weights have
 *   diverged
 */
export function prune(
  specification: PruningSpecification,
  layers: readonly MaskedLayer[],
  { sparsity, seed, counters, probe }: PruningMoment,
): PruningOutcome {
  const chosen = selectLayers(
    layers.map((layer, index) => ({ ...layer, index })),
    specification.layers,
  );
  if (chosen.length === 0)
    throw new CascadeError('INVALID_STUDY', 'The pruning chooses no layer of this network.');
  const criterion = criteria.find(specification.criterion.name);
  const distribution = distributions.find(specification.distribution.name);

  const scores = criterion.scores(specification.criterion, { seed, counters, layers: chosen, probe });
  const scored = chosen.map(({ name, mask }) => ({ mask, scores: scores.get(name)! }));
  const all = chosen.reduce((sum, layer) => sum + layer.weights.length, 0);
  const total = Math.round(sparsity * all);
  const already = chosen.reduce(
    (sum, { mask }) => sum + mask.reduce((zeros, kept) => zeros + 1 - kept, 0),
    0,
  );
  if (total < already)
    throw new CascadeError(
      'INVALID_STUDY',
      `The pruning asks for ${total} of the chosen layers’ ${all} weights, but ${already} are pruned already.`,
    );
  const counts = distribution.counts(specification.distribution, scored, total);

  const outcome: PruningOutcome = {
    masks: new Map(),
    asked: sparsity,
    reached: 0,
    layers: [],
    collapsed: [],
  };
  let pruned = 0;
  chosen.forEach((layer, position) => {
    const mask = maskLowest(scored[position]!.scores, layer.mask, counts[position]!);
    outcome.masks.set(layer.name, mask);
    const count = counts[position]!;
    pruned += count;
    outcome.layers.push({ name: layer.name, weights: mask.length, pruned: count });
    if (count === mask.length) outcome.collapsed.push(layer.name);
  });
  if (pruned !== total)
    throw new Error(`The distribution '${distribution.name}' pruned ${pruned} weights instead of ${total}.`);
  outcome.reached = pruned / all;
  return outcome;
}

/** A mask with `count` zeros in all: those of the old mask, then the lowest scores among the kept weights. */
function maskLowest(scores: Float32Array, mask: Uint8Array, count: number): Uint8Array {
  const kept = keptScores(scores, mask);
  const chosen = selectLowest(kept, count - (scores.length - kept.length));
  const result = new Uint8Array(scores.length);
  let position = 0;
  for (let index = 0; index < mask.length; index++) if (mask[index]) result[index] = 1 - chosen[position++]!;
  return result;
}
