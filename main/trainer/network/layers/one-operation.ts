import type { Activation } from '../../../../common/network.ts';
import * as operations from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

/** Layers without parameters, each of which is one operation. */

function activation<Kind extends Activation>(operation: Kind, forward: typeof operations.relu): Layer<Kind> {
  return { operation, forward: ({ engine }, _node, input) => forward(engine, input) };
}

export const relu = activation('relu', operations.relu);
export const relu6 = activation('relu6', operations.relu6);
export const hardSwish = activation('hard-swish', operations.hardSwish);
export const hardSigmoid = activation('hard-sigmoid', operations.hardSigmoid);
export const sigmoid = activation('sigmoid', operations.sigmoid);
export const swish = activation('swish', operations.swish);

export const maxPool: Layer<'max-pool'> = {
  operation: 'max-pool',
  forward: ({ engine, rotated }, { size, stride, padding }, input) =>
    operations.maxPool(engine, input, size, { stride, padding, rotated }),
};

export const averagePool: Layer<'average-pool'> = {
  operation: 'average-pool',
  forward: ({ engine, rotated }, { size, stride, padding }, input) =>
    operations.averagePool(engine, input, size, { stride, padding, rotated }),
};

export const globalAveragePool: Layer<'global-average-pool'> = {
  operation: 'global-average-pool',
  forward: ({ engine }, { keepSpatial = false }, input) =>
    operations.globalAveragePool(engine, input, keepSpatial),
};

/** [batch, height, width, channels] → [batch, height · width · channels]. */
export const flatten: Layer<'flatten'> = {
  operation: 'flatten',
  forward: ({ engine }, node, input) => engine.tf.reshape(input, [input.shape[0]!, node.channels]),
};

/** The sum of branches. */
export const add: Layer<'add'> = {
  operation: 'add',
  forward: ({ engine }, _node, ...inputs) => operations.addAll(engine, inputs),
};

/** Features times gates: the second half of squeeze-and-excite (Hu et al., arXiv 1709.01507). */
export const scale: Layer<'scale'> = {
  operation: 'scale',
  forward: ({ engine }, _node, ...[features, gates]) => operations.scaleChannels(engine, features, gates!),
};

export const shortcut: Layer<'shortcut'> = {
  operation: 'shortcut',
  forward: ({ engine }, node, input) => operations.shortcut(engine, input, node),
};
