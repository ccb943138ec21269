import type { LayerEpoch } from '../contract/schemas.ts';

/** Multiply-accumulates for one image (null where the network is not known) and weights of one kernel. */
export interface LayerCost {
  macs: number | null;
  weights: number;
}

/** The costs of one layer under the ideas of `macs.ts`. */
export interface LayerCostSummary {
  dense: LayerCost;
  masked: LayerCost;
  withoutShed: Record<string, LayerCost>;
  withoutInert: LayerCost;
  compacted: LayerCost | null;
}

/** What a layer costs, from its shares: every weight of a kernel is used as often as any other. */
export function layerCosts({
  weights,
  macs,
  pruned,
  shed,
  inertAtLeast,
  compacted,
}: Pick<
  LayerEpoch,
  'weights' | 'macs' | 'pruned' | 'shed' | 'inertAtLeast' | 'compacted'
>): LayerCostSummary {
  // Shares are counts divided: rounding gives the counts back.
  const kept = Math.round(weights * (1 - pruned));
  const cost = (left: number): LayerCost => ({
    macs: macs === null ? null : left * (macs / weights),
    weights: left,
  });
  return {
    dense: cost(weights),
    masked: cost(kept),
    withoutShed: Object.fromEntries(
      Object.entries(shed).map(([label, share]) => [label, cost(kept - Math.round(share * kept))]),
    ),
    withoutInert: cost(kept - Math.round(inertAtLeast * kept)),
    compacted: compacted === null ? null : cost(compacted),
  };
}
