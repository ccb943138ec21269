import type { Activation } from '../../../../common/network.ts';
import * as operations from '../../tensorflow/operations/index.ts';
import type { Layer } from './layer.ts';

function activation<Kind extends Activation>(operation: Kind, forward: typeof operations.relu): Layer<Kind> {
  return { operation, forward: ({ engine }, _node, input) => forward(engine, input) };
}

export const relu = activation('relu', operations.relu);
export const relu6 = activation('relu6', operations.relu6);
export const hardSwish = activation('hard-swish', operations.hardSwish);
export const hardSigmoid = activation('hard-sigmoid', operations.hardSigmoid);
export const sigmoid = activation('sigmoid', operations.sigmoid);
export const swish = activation('swish', operations.swish);
