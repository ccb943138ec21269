import * as z from 'zod';
import { kernelView } from '../kernel-view.ts';
import { proportional, sum, wholeNumbers } from './apportion.ts';
import { defineDistribution } from './distribution.ts';

const options = z.strictObject({
  name: z.literal('layer-wise'),
  layers: z
    .record(z.string().min(1), z.number().min(0).max(1))
    .describe('Share of the weights that each named layer loses, 0 to 1, by its name.'),
  rest: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Share of the weights that every other chosen layer loses, 0 to 1.'),
});

/** How far `sparsity` may be from what the layers come to: it is written with a few decimals. */
const ROUNDING = 5e-4;

/**
 * A sparsity for each layer, written in the study. A pruning on the way to the final sparsity prunes every layer in
 * proportion.
 */
export const layerWise = defineDistribution({
  name: 'layer-wise',
  title: 'A given share of each layer',
  source: 'Han et al., arXiv 1506.02626',
  options,
  amounts(given, layers, total) {
    const shareOf = shares(given);
    const wishes = layers.map(({ name, size, pruned }) => {
      const share = shareOf(name);
      return { wish: share * size, least: pruned, most: share > 0 ? size : pruned };
    });
    return wholeNumbers(proportional(wishes, total), wishes, total);
  },
  refusal(given, { pruning, layers }) {
    const named = Object.keys(given.layers);
    const known = layers.map(({ name }) => name);
    const unknown = named.filter((name) => !known.includes(name));
    if (unknown.length > 0)
      return unknown.map((name) => ({
        key: ['pruning', 'distribution', 'layers', name],
        message: `'${name}' is none of the layers to prune; these are ${known.join(', ')}`,
      }));
    const shareOf = shares(given);
    const sizes = layers.map((layer) => {
      const { positions, inputs, outputs } = kernelView(layer);
      return positions * inputs * outputs;
    });
    const taken = layers.map(({ name }) => shareOf(name));
    const total = sum(sizes.map((size, index) => size * taken[index]!)) / sum(sizes);
    // Where some layers lose everything and the others nothing, none can make up for a sparsity that is rounded up.
    const most = sum(sizes.filter((_, index) => taken[index]! > 0));
    const fits = (sparsity: number): boolean => Math.round(sparsity * sum(sizes)) <= most;
    const right = fits(Number(total.toFixed(4))) ? total.toFixed(4) : String(total);
    return Math.abs(total - pruning.sparsity) <= ROUNDING && fits(pruning.sparsity)
      ? []
      : [
          {
            key: ['pruning', 'sparsity'],
            message: `the layers' shares come to ${right} of their weights, not to ${pruning.sparsity}: write ${right}`,
          },
        ];
  },
});

function shares({ layers, rest }: z.infer<typeof options>): (layer: string) => number {
  return (name) => (Object.hasOwn(layers, name) ? layers[name]! : rest);
}
