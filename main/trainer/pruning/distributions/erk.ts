import * as z from 'zod';
import { kernelView, type LayerShape } from '../kernel-view.ts';
import { proportional, sum, wholeNumbers } from './apportion.ts';
import { defineDistribution } from './distribution.ts';

/**
 * Erdős–Rényi-kernel: the density of a layer is in proportion to (n_in + n_out + w + h) / (n_in · n_out · w · h), and of
 * a dense layer to (n_in + n_out) / (n_in · n_out). A layer that the factor would make denser than 1 stays dense, and
 * the factor is solved anew for the others.
 */
export const erk = defineDistribution({
  name: 'erk',
  title: 'Erdős–Rényi-kernel: large layers lose more than small ones',
  source: 'Mocanu et al., Nature Communications 2018; Evci et al., arXiv 1911.11134, section 3',
  options: z.strictObject({ name: z.literal('erk') }),
  amounts(_options, layers, total) {
    const kept = layers.map((layer) => ({
      wish: relativeDensity(layer) * layer.size,
      least: 0,
      most: layer.size - layer.pruned,
    }));
    const left = sum(layers.map(({ size }) => size)) - total;
    const counts = wholeNumbers(proportional(kept, left), kept, left);
    return layers.map(({ size }, index) => size - counts[index]!);
  },
});

/**
 * The formula's density but for its factor. n_in is the number of channels that each output reads: 1 of a depthwise
 * layer, those of one group of a grouped convolution, as the axes of PyTorch's kernels say.
 */
export function relativeDensity(layer: LayerShape): number {
  const { inputs, outputs, height, width, positions } = kernelView(layer);
  const spatial = layer.kind === 'dense' ? 0 : height + width;
  return (inputs + outputs + spatial) / (inputs * outputs * positions);
}
