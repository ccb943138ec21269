import type { LayerShape } from './kernel-view.ts';
import type { MaskRequest } from './granularities/granularity.ts';
import { largestTile, scoreTiles, tileSize, withoutTiles, type Aggregate, type Tiling } from './tiles.ts';
import { selectUnits } from './unit-selection.ts';

/** New masks where the units are tiles of each layer's kernel. */
export function maskTiles(
  { layers, sparsity, distribution, ties }: MaskRequest,
  tilingOf: (layer: LayerShape) => Tiling,
  aggregate: Aggregate,
): Uint8Array<ArrayBuffer>[] {
  const tilings = layers.map(tilingOf);
  const units = layers.map(({ name, kind, shape, scores, mask }, position) => ({
    name,
    kind,
    shape,
    ...scoreTiles(tilings[position]!, scores, mask, aggregate),
    unit: tileSize(tilings[position]!),
    largest: largestTile(tilings[position]!),
    weights: mask.length,
  }));
  return selectUnits(units, distribution, sparsity, ties).map((marks, position) =>
    withoutTiles(tilings[position]!, layers[position]!.mask, marks),
  );
}
