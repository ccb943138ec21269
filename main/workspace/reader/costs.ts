import { compression, costsOf, theoreticalSpeedUp, type CountedLayer } from '../../../common/cascade/macs.ts';
import type { Cost, EpochCosts } from '../../../common/contract/schemas.ts';
import type { NetworkDescription } from '../../../common/network.ts';

/**
 * What the network of an epoch costs under each idea of what may be left out; null where a layer is missing.
 *
 * @param layers as counted; what is left of a kernel by compaction is NaN where an earlier version did not measure it
 * @param compactedParameters null likewise
 */
export function epochCosts(
  network: NetworkDescription,
  layers: readonly CountedLayer[],
  compactedParameters: number | null,
  labels: readonly string[],
): EpochCosts | null {
  const ordered = network.layers.map(({ name }) => layers.find((layer) => layer.name === name));
  if (!ordered.every((layer) => layer !== undefined)) return null;
  const found = costsOf(network, ordered, compactedParameters ?? Number.NaN);
  const cost = (effective: typeof found.dense): Cost => ({
    ...effective,
    compression: finite(compression(found, effective)),
    speedUp: finite(theoreticalSpeedUp(found, effective)),
  });
  return {
    dense: cost(found.dense),
    masked: cost(found.masked),
    withoutShed: Object.fromEntries(
      labels.map((label, threshold) => [label, cost(found.withoutShed[threshold]!)]),
    ),
    withoutInert: cost(found.withoutInert),
    compacted: compactedParameters === null ? null : cost(found.compacted),
  };
}

/** JSON has no infinity: nothing is left, and no ratio is told. */
function finite(ratio: number): number | null {
  return Number.isFinite(ratio) ? ratio : null;
}
