import { CascadeError } from '../../../common/errors.ts';
import type { NpzArray } from '../../codec/npz-read.ts';
import type { PrunableLayer } from '../../../common/network.ts';

/** An array of a file, or of another run: what is read of it here. */
export type GivenArray = Pick<NpzArray, 'name' | 'shape' | 'values'>;

const PRUNED = '.pruned';
const MASK = '.mask';

/**
 * Masks taken from elsewhere: an exported .npz file, or another run. Of each layer either `<layer>.pruned`, which is 1
 * where a weight is pruned (as exports have it), or `<layer>.mask`, which is 1 where it is kept; never a bare name, which
 * could mean either. Arrays of other states, as `.shed` and `.inert` of an export, are passed over.
 *
 * @param layers all layers of the network that is to be pruned; each needs its mask, of its kernel's shape
 * @returns by layer, 1 where kept
 * @throws CascadeError BAD_MASKS saying which layer is missing, unknown, of another shape, or not of zeros and ones
 */
export function masksFrom(
  arrays: readonly GivenArray[],
  layers: readonly Pick<PrunableLayer, 'name' | 'shape'>[],
): Map<string, Uint8Array<ArrayBuffer>> {
  const given = new Map(arrays.map((array) => [array.name, array]));
  refuseUnknown(arrays, layers);
  return new Map(
    layers.map(({ name, shape }) => {
      const pruned = given.get(name + PRUNED);
      const kept = given.get(name + MASK);
      if (pruned && kept) throw bad(`have both ${name}${PRUNED} and ${name}${MASK}: leave one of them out`);
      const array = pruned ?? kept;
      if (!array)
        throw bad(`have nothing for the layer ${name}: they need ${name}${PRUNED} or ${name}${MASK}`);
      return [name, bitsOf(array, shape, pruned !== undefined)];
    }),
  );
}

function refuseUnknown(
  arrays: readonly GivenArray[],
  layers: readonly Pick<PrunableLayer, 'name' | 'shape'>[],
): void {
  const known = new Set(layers.map(({ name }) => name));
  const unknown = arrays
    .map(({ name }) => name)
    .filter((name) =>
      [PRUNED, MASK].some((end) => name.endsWith(end) && !known.has(name.slice(0, -end.length))),
    );
  if (unknown.length > 0)
    throw bad(
      `are of another network: it has no layer for ${unknown.join(', ')}; its layers are ${[...known].join(', ')}`,
    );
}

function bitsOf(
  { name, shape, values }: GivenArray,
  expected: readonly number[],
  inverted: boolean,
): Uint8Array<ArrayBuffer> {
  if (shape.join() !== expected.join())
    throw bad(
      `have ${name} of the shape [${shape.join(', ')}], and the kernel’s is [${expected.join(', ')}]`,
    );
  const bits = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value !== 0 && value !== 1) throw bad(`have ${value} in ${name}, where only 0 and 1 can stand`);
    bits[index] = inverted ? 1 - value : value;
  }
  return bits;
}

function bad(what: string): CascadeError {
  return new CascadeError('BAD_MASKS', `The given masks ${what}.`);
}
