import type { NetworkBuilder } from '../../builder.ts';
import { appendShortcut } from './shortcut.ts';

/** A bottleneck's output channels are as many times its width. */
export const BOTTLENECK_EXPANSION = 4;

/**
 * 1 × 1, 3 × 3 and 1 × 1 convolutions around a shortcut (He et al., arXiv 1512.03385, figure 5, right), in torchvision's
 * names and with its stride in the 3 × 3 convolution ('ResNet v1.5').
 */
export function appendBottleneck(
  network: NetworkBuilder,
  name: string,
  { width, stride }: { width: number; stride: number },
): void {
  const input = network.cursor;
  const inputs = network.channels;
  const outputs = BOTTLENECK_EXPANSION * width;
  network
    .conv(`${name}.conv1`, width, 1)
    .batchNorm(`${name}.bn1`)
    .relu(`${name}.relu1`)
    .conv(`${name}.conv2`, width, 3, { stride })
    .batchNorm(`${name}.bn2`)
    .relu(`${name}.relu2`)
    .conv(`${name}.conv3`, outputs, 1)
    .batchNorm(`${name}.bn3`);
  const branch = network.cursor;
  network.from(input);
  if (stride !== 1 || inputs !== outputs) appendShortcut(network, name, outputs, stride, 'B');
  const past = network.cursor;
  network.from(branch).add(`${name}.add`, past).relu(`${name}.relu3`);
}
