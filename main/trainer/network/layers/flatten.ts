import type { Layer } from './layer.ts';

/** [batch, height, width, channels] → [batch, height · width · channels]. */
export const flatten: Layer<'flatten'> = {
  operation: 'flatten',
  forward: ({ engine }, node, input) => engine.tf.reshape(input, [input.shape[0]!, node.channels]),
};
