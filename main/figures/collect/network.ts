import { CascadeError } from '../../../common/errors.ts';
import type { PrunableLayer } from '../../../common/network.ts';
import type { FigureSource } from '../source.ts';

/** Layers with weights to prune of all networks among the runs, in the order of the first that has each. */
export async function layersOf(source: FigureSource, runs: readonly string[]): Promise<PrunableLayer[]> {
  const known = new Map<string, PrunableLayer>();
  for (const id of runs) {
    const { network } = await source.getRun(id);
    for (const layer of network?.layers ?? []) if (!known.has(layer.name)) known.set(layer.name, layer);
  }
  return [...known.values()];
}

/** The chosen ones of the layers; all of them where none is chosen. @throws CascadeError INVALID for one that is not there */
export function chosenLayers(all: readonly PrunableLayer[], chosen: readonly string[]): PrunableLayer[] {
  if (chosen.length === 0) return [...all];
  return chosen.map((name) => {
    const layer = all.find((one) => one.name === name);
    if (layer === undefined)
      throw new CascadeError(
        'INVALID',
        `The networks of the figure have no layer '${name}': there are ${all.map((one) => one.name).join(', ') || 'none'}.`,
      );
    return layer;
  });
}
