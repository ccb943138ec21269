import { flattenedOrder, flattenedPlaces } from '../../codec/pytorch-layout.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { LayerScores } from './granularities/granularity.ts';

/**
 * Chooses masks with the inputs of every dense layer in the order of the exported file. What reads a flattened activation
 * has its inputs place by place here and channel by channel in PyTorch: groups of neighbours are meant in PyTorch's order,
 * in which sparse kernels take them. All other layers are handed on as they are.
 *
 * @param network null where only the layers are known; all inputs are then taken in our order
 * @param choose masks of the layers that it is given, in their order
 * @returns masks in our layout
 */
export function inExportedOrder(
  layers: readonly LayerScores[],
  network: NetworkDescription | null,
  choose: (layers: readonly LayerScores[]) => Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer>[] {
  const placesOf = network ? flattenedPlaces(network) : () => 1;
  const orders = layers.map(({ name, kind, shape }) => {
    const places = kind === 'dense' ? placesOf(name) : 1;
    return places === 1 ? null : flattenedOrder(shape[0]!, places);
  });
  const exported = layers.map((layer, position) => {
    const order = orders[position]!;
    if (!order) return layer;
    const { scores, mask } = layer;
    const outputs = layer.shape[1]!;
    const theirs = { ...layer, scores: new Float32Array(scores.length), mask: new Uint8Array(mask.length) };
    order.forEach((row, to) => {
      theirs.scores.set(scores.subarray(row * outputs, (row + 1) * outputs), to * outputs);
      theirs.mask.set(mask.subarray(row * outputs, (row + 1) * outputs), to * outputs);
    });
    return theirs;
  });
  return choose(exported).map((mask, position) => {
    const order = orders[position]!;
    if (!order) return mask;
    const outputs = layers[position]!.shape[1]!;
    const ours = new Uint8Array(mask.length);
    order.forEach((row, from) =>
      ours.set(mask.subarray(from * outputs, (from + 1) * outputs), row * outputs),
    );
    return ours;
  });
}
