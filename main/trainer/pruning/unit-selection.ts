import { CascadeError } from '../../../common/errors.ts';
import type { Random } from '../random.ts';
import type { Opened } from '../registry.ts';
import type { DistributedLayer, Distribution } from './distributions/distribution.ts';
import type { LayerShape } from './kernel-view.ts';
import { longestPrefix } from './prefix-selection.ts';
import { selectLowest } from './selection.ts';

/** One chosen layer, cut into units of which each is pruned whole: weights, kernels, blocks, filters. */
export interface UnitLayer extends LayerShape {
  /** One for each unit; those of units with nothing kept mean nothing. */
  scores: Float32Array;
  /** Kept weights of each unit. */
  kept: Uint8Array | Uint32Array;
  /** Weights of a unit, pruned or not, where all units of the layer have as many; else null. */
  unit: number | null;
  /** Weights of the largest unit, pruned or not. */
  largest: number;
  /** Weights of the layer, pruned or not. */
  weights: number;
}

/** The units that are left of one layer: of what is looked at below, entry i belongs to unit `index[i]`. */
interface LiveUnits extends DistributedLayer {
  /** Null where every unit is left. */
  index: Uint32Array | null;
  scores: Float32Array;
  /** What each unit counts; null where each counts 1. */
  sizes: Uint32Array | null;
}

/**
 * Marks with 1 the units of each layer to prune so that `sparsity` of all weights are pruned afterwards, those pruned
 * before included. Lowest scores go first, equal ones in random order.
 *
 * Where all units have one size (single weights have), exactly round(sparsity · units) are gone afterwards. Otherwise,
 * whole units come as near to the number of weights as they can: a distribution by keys takes the lowest of all layers
 * until one more unit would miss by more; one by amounts takes of every layer what fits into its amount, and one unit
 * more of the layers that miss the greatest part of one, while that comes nearer to the whole. Either ends within half of
 * the largest unit. A unit counts by the weights that are kept of it.
 *
 * @param ties the stream that orders equal scores
 * @throws CascadeError INVALID_STUDY when more is pruned already, BAD_SCORES for a score that is not finite
 */
export function selectUnits(
  layers: readonly UnitLayer[],
  distribution: Opened<Distribution>,
  sparsity: number,
  ties: Random,
): Uint8Array<ArrayBuffer>[] {
  const even = areEven(layers);
  const live = layers.map((layer) => liveUnits(layer, even));
  const size = live.reduce((sum, layer) => sum + layer.size, 0);
  const pruned = live.reduce((sum, layer) => sum + layer.pruned, 0);
  const goal = even ? Math.round(sparsity * size) : sparsity * size;
  if (goal < pruned) refuseBeyondUnit(layers, sparsity, even ? 0 : pruned - goal);
  const marks =
    distribution.amounts && goal > pruned
      ? byAmounts(live, distribution.amounts(live, Math.round(goal)), goal - pruned, ties)
      : byKeys(
          live.map((layer) => distribution.keys?.(layer.scores, layer, ties) ?? layer.scores),
          live,
          Math.max(goal - pruned, 0),
          ties,
        );
  return layers.map((layer, position) => spread(marks[position]!, live[position]!.index, layer.kept.length));
}

/** Whether all units have one size, and each is either whole or gone. */
function areEven(layers: readonly UnitLayer[]): boolean {
  const unit = layers[0]!.unit;
  if (unit === null || layers.some((layer) => layer.unit !== unit)) return false;
  // A mask's entries are 0 and 1 only.
  return unit === 1 || layers.every(({ kept }) => kept.every((count) => count === 0 || count === unit));
}

function liveUnits({ name, kind, shape, scores, kept, weights }: UnitLayer, even: boolean): LiveUnits {
  let count = 0;
  let left = 0;
  for (let unit = 0; unit < kept.length; unit++) {
    left += kept[unit]!;
    if (kept[unit]! > 0) count++;
  }
  const layer = even
    ? { name, kind, shape, size: kept.length, pruned: kept.length - count }
    : { name, kind, shape, size: weights, pruned: weights - left };
  if (count === kept.length)
    return { ...layer, index: null, scores, sizes: even ? null : Uint32Array.from(kept) };
  const index = new Uint32Array(count);
  const liveScores = new Float32Array(count);
  const sizes = even ? null : new Uint32Array(count);
  let position = 0;
  for (let unit = 0; unit < kept.length; unit++) {
    if (kept[unit] === 0) continue;
    index[position] = unit;
    liveScores[position] = scores[unit]!;
    if (sizes) sizes[position] = kept[unit]!;
    position++;
  }
  return { ...layer, index, scores: liveScores, sizes };
}

/** Whole units may have pruned more than was asked before, by a part of one; nothing explains more than that. */
function refuseBeyondUnit(layers: readonly UnitLayer[], sparsity: number, excess: number): void {
  const most = Math.max(...layers.map(({ largest }) => largest));
  if (excess > 0 && excess <= most) return;
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
  let left = 0;
  for (const { kept } of layers) for (const count of kept) left += count;
  throw alreadyPruned(Math.round(sparsity * weights), weights, weights - left);
}

export function alreadyPruned(asked: number, weights: number, pruned: number): CascadeError {
  return new CascadeError(
    'INVALID_STUDY',
    `The pruning asks for ${asked} of the chosen layers’ ${weights} weights, but ${pruned} are pruned already.`,
  );
}

/** Marks the lowest keys of all layers until they come nearest to `wanted`, the larger of two as near. */
function byKeys(
  keys: readonly Float32Array[],
  layers: readonly LiveUnits[],
  wanted: number,
  ties: Random,
): Uint8Array[] {
  const all = concatenated(keys);
  const sizes = layers[0]!.sizes && layers.map((layer) => layer.sizes!);
  const marks = sizes ? markNearest(all, sizes, wanted, ties) : selectLowest(all, wanted, ties);
  let offset = 0;
  return keys.map(({ length }) => marks.subarray(offset, (offset += length)));
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function markNearest(
  keys: Float32Array,
  sizesOf: readonly Uint32Array[],
  wanted: number,
  ties: Random,
): Uint8Array {
  const sizes = new Uint32Array(keys.length);
  let offset = 0;
  for (const part of sizesOf) {
    sizes.set(part, offset);
    offset += part.length;
  }
  const { marks, taken, next } = longestPrefix(keys, sizes, wanted, ties);
  if (next >= 0 && comesNearer(wanted - taken, sizes[next]!)) marks[next] = 1;
  return marks;
}

/**
 * Whether taking `size` more leaves no more missing, in either direction, than `missing`. Half of a unit is taken, as
 * Math.round would, also where a product of shares has lost its last bit.
 */
export function comesNearer(missing: number, size: number): boolean {
  return 2 * missing >= size - 1e-6;
}

/** Marks of each layer its lowest units, up to its amount. */
function byAmounts(
  layers: readonly LiveUnits[],
  amounts: readonly number[],
  wanted: number,
  ties: Random,
): Uint8Array[] {
  const wants = layers.map(({ pruned }, position) => amounts[position]! - pruned);
  if (!layers[0]!.sizes)
    return layers.map(({ scores }, position) => selectLowest(scores, wants[position]!, ties));

  let missing = wanted;
  const parts = layers.map(({ scores, sizes }, position) => {
    const { marks, taken, next } = longestPrefix(scores, sizes!, wants[position]!, ties);
    missing -= taken;
    return { position, marks, next, share: next < 0 ? 0 : (wants[position]! - taken) / sizes![next]! };
  });
  const byShare = parts
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share || a.position - b.position);
  for (const { position, marks, next } of byShare) {
    const size = layers[position]!.sizes![next]!;
    if (!comesNearer(missing, size)) continue;
    missing -= size;
    marks[next] = 1;
  }
  return parts.map(({ marks }) => marks);
}

/** Marks of the units that are left, at their places among all units. */
function spread(marks: Uint8Array, index: Uint32Array | null, units: number): Uint8Array<ArrayBuffer> {
  if (!index) return new Uint8Array(marks);
  const all = new Uint8Array(units);
  for (let position = 0; position < index.length; position++) all[index[position]!] = marks[position]!;
  return all;
}
