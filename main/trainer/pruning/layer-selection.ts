import type { PrunableLayer } from '../../../common/network.ts';
import type { LayerSelection } from '../../../common/run-specification.ts';

/** The layers that a selection means: of its kinds or names (all when it gives neither), without the excepted ones. */
export function selectLayers<T extends Pick<PrunableLayer, 'name' | 'kind'>>(
  layers: readonly T[],
  selection: LayerSelection,
): T[] {
  const everything = selection.kinds.length === 0 && selection.names.length === 0;
  return layers.filter(
    (layer) =>
      (everything || selection.kinds.includes(layer.kind) || selection.names.includes(layer.name)) &&
      !selection.except.includes(layer.name),
  );
}
