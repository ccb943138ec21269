import type { NetworkBuilder } from '../../builder.ts';

/** What torchvision's Conv2dNormActivation is given. */
export interface NormalisedConvolution {
  channels: number;
  size: number;
  stride?: number;
  /** One kernel a channel, instead of `channels` kernels. */
  depthwise?: boolean;
  activation: 'relu' | 'relu6' | 'hard-swish' | null;
  norm?: { epsilon: number; momentum: number };
}

/** Convolution, batch norm and activation in torchvision's names: `<name>.0`, `<name>.1`, `<name>.2`. */
export function appendNormalisedConvolution(
  network: NetworkBuilder,
  name: string,
  { channels, size, stride = 1, depthwise = false, activation, norm }: NormalisedConvolution,
): void {
  if (depthwise) network.depthwise(`${name}.0`, size, { stride });
  else network.conv(`${name}.0`, channels, size, { stride });
  network.batchNorm(`${name}.1`, norm);
  if (activation) network.activation(`${name}.2`, activation);
}

/** Rounds a number of channels to a multiple of 8, and never down by more than a tenth, as all MobileNets since the second. */
export function divisibleChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
