import * as z from 'zod';
import { CascadeError } from '../../common/errors.ts';
import { sizeOf, type PrunableLayer } from '../../common/network.ts';
import { packBits, unpackBits } from './planes.ts';
import type { SafetensorsFile, SafetensorsTensor } from './safetensors.ts';

/**
 * Masks within a checkpoint: a bit a weight, 1 where kept, as `mask-bits/<layer>`: U8 of ⌈weights ÷ 8⌉ bytes, least
 * significant bit first, in the kernel's flattening, the last byte filled up with zeros. safetensors has no type of one
 * bit, so the kernels' shapes stand in the metadata `mask-shapes`, by layer. Earlier versions wrote a byte a weight, in the kernel's
 * shape, as `mask/<layer>`.
 */
const BITS = 'mask-bits/';
const BYTES = 'mask/';
/** Key of the metadata that holds the kernels' shapes, as JSON. */
export const MASK_SHAPES = 'mask-shapes';
const shapesSchema = z.record(z.string(), z.array(z.int().min(0)));

type MaskedLayer = Pick<PrunableLayer, 'name' | 'shape'>;

/** @param masks by layer, 1 where kept */
export function maskTensors(
  layers: readonly MaskedLayer[],
  masks: ReadonlyMap<string, Uint8Array>,
): SafetensorsFile {
  return {
    metadata: {
      [MASK_SHAPES]: JSON.stringify(Object.fromEntries(layers.map(({ name, shape }) => [name, shape]))),
    },
    tensors: new Map(
      layers.map(({ name }): [string, SafetensorsTensor] => {
        const bytes = packBits(masks.get(name)!);
        return [`${BITS}${name}`, { dtype: 'U8', shape: [bytes.length], bytes }];
      }),
    ),
  };
}

/**
 * A layer's mask in a checkpoint of this or an earlier version: a byte a weight, 1 where kept, in a buffer of its own.
 * @throws CascadeError CHECKPOINT_UNUSABLE where there is none, or it is not one of the layer's kernel
 */
export function maskOf(file: SafetensorsFile, layer: MaskedLayer): Uint8Array<ArrayBuffer> {
  const packed = file.tensors.get(`${BITS}${layer.name}`);
  return packed ? unpacked(packed, layer, file.metadata[MASK_SHAPES]) : earlierMask(file, layer);
}

function unpacked(
  { dtype, bytes }: SafetensorsTensor,
  { name, shape }: MaskedLayer,
  shapes: string | undefined,
): Uint8Array<ArrayBuffer> {
  const weights = sizeOf(shape);
  const whose = shapesOf(shapes)?.[name];
  if (whose?.join() !== shape.join())
    throw checkpointUnusable(
      `'${BITS}${name}' is of a kernel of ${whose ? whose.join(' × ') : 'unknown shape'} instead of ${shape.join(' × ')}`,
    );
  const wanted = Math.ceil(weights / 8);
  if (dtype !== 'U8' || bytes.length !== wanted)
    throw checkpointUnusable(
      `'${BITS}${name}' is ${bytes.length} bytes of ${dtype} instead of ${wanted} of U8 for ${weights} weights`,
    );
  if (weights % 8 !== 0 && bytes[wanted - 1]! >>> (weights % 8) !== 0)
    throw checkpointUnusable(`'${BITS}${name}' has bits beyond its ${weights} weights`);
  return unpackBits(bytes, weights);
}

function shapesOf(text: string | undefined): Record<string, number[]> | null {
  try {
    return shapesSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

function earlierMask({ tensors }: SafetensorsFile, { name, shape }: MaskedLayer): Uint8Array<ArrayBuffer> {
  const found = tensors.get(`${BYTES}${name}`);
  if (!found) throw checkpointUnusable(`it has no '${BITS}${name}'`);
  const { dtype, bytes } = found;
  if (found.shape.join() !== shape.join() || dtype !== 'U8')
    throw checkpointUnusable(
      `'${BYTES}${name}' is ${dtype} of ${found.shape.join(' × ')} instead of U8 of ${shape.join(' × ')}`,
    );
  if (bytes.some((byte) => byte > 1)) throw checkpointUnusable(`'${BYTES}${name}' holds more than 0 and 1`);
  return new Uint8Array(bytes);
}

/** @param what is wrong with it, in words */
export function checkpointUnusable(what: string): CascadeError {
  return new CascadeError('CHECKPOINT_UNUSABLE', `The checkpoint cannot be used: ${what}.`);
}
