import type { NetworkBuilder } from '../../builder.ts';
import { appendShortcut, type Shortcut } from './shortcut.ts';

/** Two 3 × 3 convolutions around a shortcut (He et al., arXiv 1512.03385, figure 5, left), in torchvision's names. */
export function appendBasicBlock(
  network: NetworkBuilder,
  name: string,
  { width, stride, shortcut }: { width: number; stride: number; shortcut: Shortcut },
): void {
  const input = network.cursor;
  const inputs = network.channels;
  network
    .conv(`${name}.conv1`, width, 3, { stride })
    .batchNorm(`${name}.bn1`)
    .relu(`${name}.relu1`)
    .conv(`${name}.conv2`, width, 3)
    .batchNorm(`${name}.bn2`);
  const branch = network.cursor;
  network.from(input);
  if (stride !== 1 || inputs !== width) appendShortcut(network, name, width, stride, shortcut);
  const past = network.cursor;
  network.from(branch).add(`${name}.add`, past).relu(`${name}.relu2`);
}
