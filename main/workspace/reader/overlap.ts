import type { Overlap, OverlapAsked, WeightSet } from '../../../common/contract/schemas.ts';
import { CascadeError } from '../../../common/errors.ts';
import { planeBytes, planeCount, PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import { thresholdIndex } from '../../../common/thresholds.ts';
import { andInto, countBoth, popcount } from '../../codec/planes.ts';
import { layersOf, type PlaneChains, type StoredLayer } from '../chains.ts';
import type { Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { requireStored, type StoredRun } from './stored-run.ts';

/** A set whose layers are found. */
interface FoundSet extends WeightSet {
  run: StoredRun;
  layers: readonly StoredLayer[];
  /** Place of the threshold in the run's ladder; -1 for all kept weights. */
  place: number;
}

/**
 * Counts, layer by layer, so that the bits of one layer alone are in memory.
 *
 * @throws CascadeError NOT_FOUND, or INVALID where networks differ or a run does not measure the threshold
 */
export function overlapOf(database: Connection, chains: PlaneChains, { sets, layer }: OverlapAsked): Overlap {
  const found = sets.map((set) => find(database, set));
  const names = sameLayers(found);
  const chosen = layer === undefined ? names.map((_, index) => index) : [names.indexOf(layer)];
  if (chosen.includes(-1)) throw notFound(`layer '${layer}'`);
  const square = (): number[][] => sets.map(() => sets.map(() => 0));
  const [both, expected] = [square(), square()];
  const sizes = sets.map(() => 0);
  let weights = 0;
  for (const index of chosen) {
    const bits = found.map((set) => bitsOf(chains, set, set.layers[index]!));
    const counts = bits.map(popcount);
    const all = found[0]!.layers[index]!.weights;
    weights += all;
    for (let one = 0; one < bits.length; one++) {
      sizes[one]! += counts[one]!;
      for (let other = 0; other <= one; other++) {
        both[one]![other]! += one === other ? counts[one]! : countBoth(bits[one]!, bits[other]!);
        expected[one]![other]! += (counts[one]! * counts[other]!) / all;
      }
    }
  }
  for (let one = 0; one < sets.length; one++)
    for (let other = one + 1; other < sets.length; other++) {
      both[one]![other] = both[other]![one]!;
      expected[one]![other] = expected[other]![one]!;
    }
  return { weights, sizes, both, expected, layers: names };
}

function find(database: Connection, set: WeightSet): FoundSet {
  const run = requireStored(database, set.id);
  const layers = layersOf(database, run.number);
  if (layers.length === 0) throw notFound(`epoch ${set.epoch} of the run ${set.id}`);
  if (set.what === 'kept') return { ...set, run, layers, place: -1 };
  const place =
    set.threshold === undefined ? -1 : thresholdIndex(run.specification.thresholds, set.threshold);
  if (place < 0)
    throw new CascadeError(
      'INVALID',
      `The run ${set.id} does not measure the threshold '${set.threshold ?? ''}': choose one of ${run.labels.join(', ')}.`,
    );
  return { ...set, run, layers, place };
}

/** Names of the layers, which are those of every run. */
function sameLayers(found: readonly FoundSet[]): string[] {
  const shape = ({ layers }: FoundSet): string =>
    JSON.stringify(layers.map(({ name, weights }) => [name, weights]));
  const [first, ...others] = found;
  const other = others.find((each) => shape(each) !== shape(first!));
  if (other)
    throw new CascadeError(
      'INVALID',
      `The runs ${first!.id} and ${other.id} have different networks: weights can be compared within one alone.`,
    );
  return first!.layers.map(({ name }) => name);
}

/** A bit for each weight: whether it is in the set. */
function bitsOf(chains: PlaneChains, { run, epoch, what, place }: FoundSet, layer: StoredLayer): Uint8Array {
  const planes = chains.seek(layer, epoch, planeCount(run.labels.length));
  const size = planeBytes(layer.weights);
  const plane = (index: number): Uint8Array => planes.slice(index * size, (index + 1) * size);
  const kept = inverted(plane(PRUNED_PLANE), layer.weights);
  if (what === 'kept') return kept;
  const shed = plane(shedPlane(place));
  andInto(kept, what === 'shed' ? shed : inverted(shed, layer.weights));
  return kept;
}

/** Every bit of a weight turned over; those after the last weight stay 0. */
function inverted(bits: Uint8Array, weights: number): Uint8Array {
  for (let index = 0; index < bits.length; index++) bits[index] = ~bits[index]!;
  const rest = weights & 7;
  if (rest !== 0) bits[bits.length - 1]! &= (1 << rest) - 1;
  return bits;
}
