import type { NetworkBuilder } from '../../builder.ts';

/** He et al.'s options for a shortcut whose ends differ: A, subsampled with zero channels; B, a 1 × 1 convolution. */
export type Shortcut = 'A' | 'B';

/** Appends a block's shortcut to other channels or places, in torchvision's names. */
export function appendShortcut(
  network: NetworkBuilder,
  block: string,
  channels: number,
  stride: number,
  shortcut: Shortcut,
): void {
  if (shortcut === 'A') network.shortcut(`${block}.shortcut`, channels, stride);
  else network.conv(`${block}.downsample.0`, channels, 1, { stride }).batchNorm(`${block}.downsample.1`);
}
