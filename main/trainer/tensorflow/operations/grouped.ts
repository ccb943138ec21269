import type { Tensor } from '../engine.ts';
import { convolutionAttributes, type KernelGradient } from './convolved.ts';
import { pad, UNPADDED } from './windows.ts';

/**
 * The gradient of depthwise kernels as that of a convolution with as many groups as channels, whose kernels
 * [rows, columns, 1, channels · multiplier] lie in memory as theirs.
 */
export const groupedToDepthwiseFilter: KernelGradient = (engine, images, convolved, dy) => {
  const { tf } = engine;
  const [rows, columns, channels, multiplier] = convolved.filter;
  const shape = tf.tensor1d([rows, columns, 1, channels * multiplier], 'int32');
  const explicit = convolved.placement.padding === 'EXPLICIT';
  const padded = explicit ? pad(engine, images, convolved.placement) : images;
  const attributes = convolutionAttributes(
    engine,
    explicit ? { ...convolved, placement: UNPADDED } : convolved,
  );
  const gradient = engine.op('Conv2DBackpropFilter', attributes, [padded, shape, dy], 1)[0] as Tensor;
  return tf.reshape(gradient, [...convolved.filter]);
};
