import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';
import { product } from './dense.ts';

/** Output places of an image up to which patches are preferred. */
const FEW_PLACES = 4;

/**
 * Whether a kernel's gradient is taken from patches: where oneDNN has only its slow way for it, for outputs smaller than the
 * kernel. With 512 channels at 2 × 2 patches take a third to a fifth of the time (29 → 9 ms for 64 images, AVX2).
 *
 * @param filter [rows, columns, in ÷ groups, out]
 * @param output rows and columns of an output
 */
export function prefersPatches(
  engine: Engine,
  filter: readonly number[],
  output: readonly [number, number],
  groups: number,
): boolean {
  const [rows, columns] = filter as [number, number];
  const few = output[0] * output[1] <= FEW_PLACES && rows * columns > 1 && groups === 1;
  return few && engine.device.type === 'CPU' && engine.precision === 'float32';
}

/**
 * The gradient of a convolution's kernel as one product of matrices: what the kernel read of every image, and the gradient
 * of what it gave.
 *
 * @param x [batch, height, width, in]
 * @param filter the kernel's shape: [rows, columns, in, out]
 * @param dy [batch, height', width', out]
 */
export function patchesToFilter(
  engine: Engine,
  x: Tensor,
  filter: readonly number[],
  dy: Tensor,
  { stride = 1, dilation = 1, padding }: { stride?: number; dilation?: number; padding: string },
): Tensor {
  const { tf } = engine;
  const [rows, columns, inputs, outputs] = filter as [number, number, number, number];
  const [patches] = engine.op(
    'ExtractImagePatches',
    [
      attribute.type('T', engine.precision),
      attribute.intList('ksizes', [1, rows, columns, 1]),
      attribute.intList('strides', [1, stride, stride, 1]),
      attribute.intList('rates', [1, dilation, dilation, 1]),
      attribute.string('padding', padding),
    ],
    [x],
    1,
  ) as [Tensor];
  const read = tf.reshape(patches, [-1, rows * columns * inputs]);
  return tf.reshape(product(engine, read, tf.reshape(dy, [-1, outputs]), true, false), [...filter]);
}
