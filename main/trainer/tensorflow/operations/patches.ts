import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';
import type { Convolved, KernelGradient } from './convolved.ts';
import { product } from './dense.ts';

/**
 * The gradient of a convolution's kernel as one product of matrices: what the kernel read of every image, and the gradient
 * of what it gave.
 */
export const patchesToFilter: KernelGradient = (engine, images, { filter, ...window }, dy) => {
  const { tf } = engine;
  const [rows, columns, inputs, outputs] = filter;
  const read = tf.reshape(patchesOf(engine, images, rows, columns, window), [-1, rows * columns * inputs]);
  return tf.reshape(product(engine, read, tf.reshape(dy, [-1, outputs]), true, false), [...filter]);
};

/** The same of kernels that each read one channel: sums over places and images in place of the product. */
export const patchesToDepthwiseFilter: KernelGradient = (engine, images, { filter, ...window }, dy) => {
  const { tf } = engine;
  const [rows, columns, channels] = filter;
  const read = tf.reshape(patchesOf(engine, images, rows, columns, window), [-1, rows * columns, channels]);
  return tf.reshape(tf.sum(tf.mul(read, tf.reshape(dy, [-1, 1, channels])), 0), [...filter]);
};

/** @returns [batch, height', width', rows · columns · channels] */
function patchesOf(
  engine: Engine,
  images: Tensor,
  rows: number,
  columns: number,
  { stride, dilation, placement }: Pick<Convolved, 'stride' | 'dilation' | 'placement'>,
): Tensor {
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.intList('ksizes', [1, rows, columns, 1]),
    attribute.intList('strides', [1, stride, stride, 1]),
    attribute.intList('rates', [1, dilation, dilation, 1]),
    attribute.string('padding', placement.padding),
  ];
  return engine.op('ExtractImagePatches', attributes, [images], 1)[0] as Tensor;
}
