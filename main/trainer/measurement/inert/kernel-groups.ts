import type { KernelKind } from '../../../../common/network.ts';

/**
 * Parts of a kernel's channels that are computed each on its own: output channel o belongs to part
 * ⌊o · parts / outputs⌋ and reads the input channels of that part alone. A depthwise kernel has one part an input channel.
 */
export function kernelGroups(layer: { kind: KernelKind; groups?: number }, inputs: number): number {
  return layer.kind === 'depthwise' ? inputs : (layer.groups ?? 1);
}
