import type { NetworkBuilder } from '../../builder.ts';

/**
 * Squeeze-and-excite (Hu et al., arXiv 1709.01507) with the hard sigmoid of MobileNetV3, in torchvision's names: each
 * channel is scaled by a gate that two 1 × 1 convolutions work out from all channels' means.
 */
export function appendSqueezeExcite(network: NetworkBuilder, name: string, squeezed: number): void {
  const features = network.cursor;
  const { channels } = network;
  network
    .globalAveragePool(`${name}.avgpool`, { keepSpatial: true })
    .conv(`${name}.fc1`, squeezed, 1, { bias: true })
    .relu(`${name}.activation`)
    .conv(`${name}.fc2`, channels, 1, { bias: true })
    .activation(`${name}.scale_activation`, 'hard-sigmoid')
    .scale(`${name}.scale`, features);
}
