import { convolutionAttributes, type Convolved, type KernelGradient } from './convolved.ts';
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
  const attributes = convolutionAttributes(engine, {
    stride: dilation,
    dilation: stride,
    placement: { padding: 'EXPLICIT', rows, columns },
  });
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
