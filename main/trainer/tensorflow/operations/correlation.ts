import { attribute } from '../attributes.ts';
import type { Convolved, KernelGradient } from './convolved.ts';
import type { Side } from './places.ts';

/**
 * The gradient of a convolution's kernel by a convolution: each weight is the correlation of a channel of the images with one
 * of the output's gradient, at the weight's place. So the input channels are what is convolved, with the images for channels,
 * and the gradient is the kernel; stride and dilation change places.
 */
export const correlationToFilter: KernelGradient = (engine, images, convolved, dy) => {
  const { tf } = engine;
  const { stride, dilation } = convolved;
  const [rows, columns] = correlationMargins(convolved);
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.intList('strides', [1, dilation, dilation, 1]),
    attribute.string('padding', 'EXPLICIT'),
    attribute.intList('explicit_paddings', [0, 0, ...rows, ...columns, 0, 0]),
    attribute.string('data_format', 'NHWC'),
    attribute.intList('dilations', [1, stride, stride, 1]),
    attribute.bool('use_cudnn_on_gpu', true),
  ];
  const channels = tf.transpose(images, [3, 1, 2, 0]);
  const [correlated] = engine.op('Conv2D', attributes, [channels, tf.transpose(dy, [1, 2, 0, 3])], 1);
  return tf.transpose(correlated!, [1, 2, 0, 3]);
};

/** Padding of rows and columns with which the output is as large as the kernel; negative where images are not read to their end. */
export function correlationMargins({
  images,
  filter,
  output,
  stride,
  dilation,
  placement,
}: Convolved): [Side, Side] {
  const sides = ([0, 1] as const).map((axis): Side => {
    const [before] = placement[axis === 0 ? 'rows' : 'columns'];
    const read = (output[axis] - 1) * stride + (filter[axis] - 1) * dilation + 1;
    return [before, read - before - images[axis + 1]!];
  });
  return sides as [Side, Side];
}
