import type { NetworkNode } from '../../../../common/network.ts';
import { batchNorm } from './batch-norm.ts';
import { conv, pointwise } from './conv.ts';
import { dense } from './dense.ts';
import { depthwise } from './depthwise.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool } from './global-average-pool.ts';
import type { ForwardContext, Layer } from './layer.ts';
import { relu } from './relu.ts';
import type { Tensor } from '../../tensorflow/engine.ts';

type LayerNode = Exclude<NetworkNode, { operation: 'input' }>;

/** Every kind of node but the input, by its operation: the compiler asks for each. */
const layers: { [Operation in LayerNode['operation']]: Layer<Operation> } = {
  dense,
  conv,
  pointwise,
  depthwise,
  'batch-norm': batchNorm,
  relu,
  flatten,
  'global-average-pool': globalAveragePool,
};

export function forwardLayer(context: ForwardContext, node: LayerNode, input: Tensor): Tensor {
  // The table is keyed by the node's own operation, which TypeScript can not follow through the union.
  const layer = layers[node.operation] as unknown as Layer;
  return layer.forward(context, node, input);
}
