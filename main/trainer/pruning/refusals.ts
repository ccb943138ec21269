import { messageOf } from '../../../common/errors.ts';
import type { NetworkDescription, PrunableLayer } from '../../../common/network.ts';
import type { PruningSpecification } from '../../../common/run-specification.ts';
import type { Opened } from '../registry.ts';
import type { Combination, Refusal } from './combination.ts';
import type { Criterion } from './criteria/criterion.ts';
import { criteria } from './criteria/registry.ts';
import { distributions } from './distributions/registry.ts';
import { granularities } from './granularities/registry.ts';
import { selectLayers } from './layer-selection.ts';

/**
 * Why the parts of a pruning do not go together on a network: what criterion, granularity and distribution have to say.
 * That the chosen names and kinds exist, and what the schedule and the retraining need, is checked elsewhere.
 *
 * @param prunings how often the run prunes
 */
export function refusals(
  pruning: PruningSpecification,
  network: NetworkDescription,
  prunings = 1,
): Refusal[] {
  const layers = selectLayers(network.layers, pruning.layers);
  if (layers.length === 0)
    return [{ key: ['pruning', 'layers'], message: 'the choice leaves no layer to prune' }];
  const chosen = criteria.open(pruning.criterion);
  const criterion = chosen.refusal?.(network, layers) ?? unreadable(chosen, pruning, layers);
  const { granularity, distribution } = pruning;
  if (
    chosen.onlySparsity &&
    (granularity.name !== 'weight' || distribution.name !== 'global' || prunings > 1)
  )
    return [
      {
        key: ['pruning', 'criterion'],
        message: `the criterion ${chosen.name} applies masks as they are: prune once, with the granularity weight and the distribution global`,
      },
    ];
  return [
    ...(criterion ? [{ key: ['pruning', 'criterion'], message: criterion }] : []),
    ...combinationRefusals({ pruning, layers, network, prunings }),
  ];
}

/** Whether what the criterion reads is there and prunes as many weights as the study says. */
function unreadable(
  { onlySparsity }: Opened<Criterion>,
  { sparsity }: PruningSpecification,
  layers: readonly PrunableLayer[],
): string | null {
  if (!onlySparsity) return null;
  try {
    const only = onlySparsity(layers, null);
    if (only === null) return null;
    const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
    return Math.round(only * weights) === Math.round(sparsity * weights)
      ? null
      : `the masks prune ${only} of the chosen weights: make that the sparsity, which is ${sparsity}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** What granularity and distribution have to say. */
export function combinationRefusals(combination: Combination): Refusal[] {
  const { criterion, granularity, distribution, shuffle } = combination.pruning;
  const found: Refusal[] = [
    ...(granularities.open(granularity).refusal?.(combination) ?? []),
    ...(distributions.open(distribution).refusal?.(combination) ?? []),
  ];
  if (shuffle && granularity.name !== 'weight')
    found.push({
      key: ['pruning', 'shuffle'],
      message: `shuffled weights are no longer whole units of the granularity '${granularity.name}': use the granularity weight, or the criterion random instead of ${criterion.name}`,
    });
  if (criteria.find(criterion.name).signed && granularity['aggregate'] === 'l2')
    found.push({
      key: ['pruning', 'granularity', 'aggregate'],
      message: `the scores of ${criterion.name} have a sign, which l2 forgets: use mean or sum`,
    });
  // Where granularity and distribution refuse each other, one of the two is enough.
  return found.filter(
    ({ key }, index) => found.findIndex((other) => other.key.join('.') === key.join('.')) === index,
  );
}
