import type { NetworkNode } from '../../../../common/network.ts';
import type { Tensor } from '../../tensorflow/engine.ts';
import { batchNorm } from './batch-norm.ts';
import { conv, pointwise } from './conv.ts';
import { dense } from './dense.ts';
import { depthwise } from './depthwise.ts';
import { dropout } from './dropout.ts';
import type { ForwardContext, Layer } from './layer.ts';
import {
  add,
  averagePool,
  flatten,
  globalAveragePool,
  hardSigmoid,
  hardSwish,
  maxPool,
  relu,
  relu6,
  scale,
  shortcut,
  sigmoid,
  swish,
} from './one-operation.ts';

export type LayerNode = Exclude<NetworkNode, { operation: 'input' }>;

/** Every kind of node but the input, by its operation: the compiler asks for each. */
const layers: { [Operation in LayerNode['operation']]: Layer<Operation> } = {
  dense,
  conv,
  pointwise,
  depthwise,
  'batch-norm': batchNorm,
  relu,
  relu6,
  'hard-swish': hardSwish,
  'hard-sigmoid': hardSigmoid,
  sigmoid,
  swish,
  'max-pool': maxPool,
  'average-pool': averagePool,
  'global-average-pool': globalAveragePool,
  flatten,
  dropout,
  add,
  scale,
  shortcut,
};

export function forwardLayer(
  context: ForwardContext,
  node: LayerNode,
  inputs: readonly [Tensor, ...Tensor[]],
): Tensor {
  // The table is keyed by the node's own operation, which TypeScript cannot follow through the union.
  const layer = layers[node.operation] as unknown as Layer;
  return layer.forward(context, node, ...inputs);
}
