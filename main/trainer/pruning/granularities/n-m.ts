import * as z from 'zod';
import { CascadeError } from '../../../../common/errors.ts';
import { integer, type Random } from '../../random.ts';
import type { Combination, Refusal } from '../combination.ts';
import { criteria } from '../criteria/registry.ts';
import { inExportedOrder } from '../exported-order.ts';
import { kernelView, type KernelView } from '../kernel-view.ts';
import { defineGranularity, type LayerScores } from './granularity.ts';

const options = z
  .strictObject({
    name: z.literal('n-m'),
    keep: z.int().min(1).max(1023).default(2).describe('Weights kept of every group (N).'),
    of: z
      .int()
      .min(2)
      .max(1024)
      .default(4)
      .describe('Consecutive inputs of one output in a group (M), in the order of the exported file.'),
  })
  .refine(({ keep, of }) => keep < of, { path: ['keep'], message: 'must be less than of' });

/** How far `sparsity` may be from 1 − N/M: a third is written with a few decimals. */
const ROUNDING = 5e-4;

/**
 * N:M sparsity: of every M consecutive inputs of an output, at the same place of the kernel and in the order of the
 * exported file, the N of the highest scores
 * are kept, of equal ones any. M divides the inputs of every chosen layer; another layer is refused rather than left partly dense. Of a group
 * that has lost more already, what is left is kept.
 */
export const nOfM = defineGranularity({
  name: 'n-m',
  title: 'N of every M consecutive inputs kept (2:4 and the like)',
  source: 'Zhou et al., arXiv 2102.04010; Mishra et al., arXiv 2104.08378',
  options,
  masks({ keep, of }, { layers, ties, network }) {
    return inExportedOrder(layers, network, (exported) =>
      exported.map((layer) => keepHighest(layer, keep, of, ties)),
    );
  },
  refusal({ keep, of }, combination) {
    return [
      ...sparsityRefusal(keep, of, combination),
      ...partRefusals(combination),
      ...layerRefusals(of, combination),
    ];
  },
});

function sparsityRefusal(keep: number, of: number, { pruning }: Combination): Refusal[] {
  const right = 1 - keep / of;
  if (Math.abs(pruning.sparsity - right) <= ROUNDING) return [];
  return [
    {
      key: ['pruning', 'sparsity'],
      message: `${keep}:${of} leaves ${keep} of every ${of} weights: write ${Number(right.toFixed(4))}, not ${pruning.sparsity}`,
    },
  ];
}

function partRefusals({ pruning, prunings }: Combination): Refusal[] {
  const refusals: Refusal[] = [];
  // The default of studies is global: with the same share of every group, it has nothing left to decide.
  if (!['global', 'uniform'].includes(pruning.distribution.name))
    refusals.push({
      key: ['pruning', 'distribution'],
      message: `N:M takes the same share of every group of every layer, so that '${pruning.distribution.name}' has nothing to divide: leave the distribution out`,
    });
  if (prunings > 1)
    refusals.push({
      key: ['pruning', 'schedule'],
      message: `N:M is reached in one pruning, and this schedule prunes ${prunings} times: use one-shot`,
    });
  const rounds = criteria.open(pruning.criterion).scoringRounds?.() ?? 1;
  if (rounds > 1)
    refusals.push({
      key: ['pruning', 'criterion'],
      message: `N:M is reached in one round, and '${pruning.criterion.name}' scores anew in ${rounds}: let it take one`,
    });
  return refusals;
}

function layerRefusals(of: number, { layers }: Combination): Refusal[] {
  const single = layers.filter(({ kind }) => kind === 'depthwise');
  if (single.length > 0)
    return [
      {
        key: ['pruning', 'layers'],
        message: `every output of a depthwise layer reads one input, so that there are no groups of ${of}: leave out ${namesOf(single)} (layers.except)`,
      },
    ];
  const odd = layers.filter((layer) => kernelView(layer).inputs % of !== 0);
  if (odd.length === 0) return [];
  const found = odd.map((layer) => `${layer.name} reads ${kernelView(layer).inputs}`).join(', ');
  return [
    {
      key: ['pruning', 'layers'],
      message: `groups of ${of} do not divide the inputs of some layers (${found}): leave out ${namesOf(odd)} (layers.except)`,
    },
  ];
}

function namesOf(layers: Combination['layers']): string {
  return layers.map(({ name }) => name).join(', ');
}

function keepHighest(layer: LayerScores, keep: number, of: number, ties: Random): Uint8Array<ArrayBuffer> {
  const view = kernelView(layer);
  if (view.inputs % of !== 0)
    throw new CascadeError(
      'INVALID_STUDY',
      `Groups of ${of} do not divide the ${view.inputs} inputs of ${layer.name}.`,
    );
  if (!layer.scores.every((score, index) => Number.isFinite(score) || layer.mask[index] === 0))
    throw new CascadeError(
      'BAD_SCORES',
      'Some scores are not finite numbers: the weights have diverged; lower the learning rate.',
    );
  return takeGroups(layer, view, keep, of, ties);
}

/** Takes the lowest of each group, any of equal ones, one after another, until as many are left as are to be kept. */
function takeGroups(
  { scores, mask }: LayerScores,
  { positions, inputs, outputs }: KernelView,
  keep: number,
  of: number,
  ties: Random,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(mask);
  const groups = (positions * inputs) / of;
  for (let group = 0; group < groups; group++)
    for (let output = 0; output < outputs; output++) {
      const start = group * of * outputs + output;
      const end = start + of * outputs;
      let left = 0;
      for (let index = start; index < end; index += outputs) left += result[index]!;
      for (; left > keep; left--) {
        let lowest = -1;
        let equal = 0;
        for (let index = start; index < end; index += outputs) {
          if (!result[index]) continue;
          if (lowest < 0 || scores[index]! < scores[lowest]!) {
            lowest = index;
            equal = 1;
          } else if (scores[index] === scores[lowest] && integer(++equal, ties) === 0) lowest = index;
        }
        result[lowest] = 0;
      }
    }
  return result;
}
