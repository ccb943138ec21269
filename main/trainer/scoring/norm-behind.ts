import type { NetworkDescription, NetworkNode } from '../../../common/network.ts';

/** The batch norm that reads a layer's output at once; null where none does. */
export function normBehind(
  { nodes }: Pick<NetworkDescription, 'nodes'>,
  layer: string,
): Extract<NetworkNode, { operation: 'batch-norm' }> | null {
  for (const node of nodes) if (node.operation === 'batch-norm' && node.inputs[0] === layer) return node;
  return null;
}
