import * as z from 'zod';
import { ascendingOrder } from '../ordering.ts';
import { defineDistribution } from './distribution.ts';

/**
 * Layer-adaptive magnitude: the score of weight u is w_u² / Σ w_v² over the kept weights v of its layer that are not
 * below it, and the lowest scores over all layers go. Keys here are the roots of these scores: their order is the same,
 * and squares of weights that have been shed do not underflow. The largest weight of every layer scores 1, so that no
 * layer is emptied before all others.
 */
export const lamp = defineDistribution({
  name: 'lamp',
  title: 'LAMP: lowest magnitudes, each in proportion to the larger ones of its layer',
  source: 'Lee et al., arXiv 2010.07611, equation 4',
  options: z.strictObject({ name: z.literal('lamp') }),
  keys(_options, scores, _layer, ties) {
    const order = ascendingOrder(scores, ties);
    const keys = new Float32Array(scores.length);
    let notBelow = 0;
    for (let position = order.length - 1; position >= 0; position--) {
      const index = order[position]!;
      const score = scores[index]!;
      notBelow += score * score;
      keys[index] = notBelow > 0 ? score / Math.sqrt(notBelow) : 0;
    }
    return keys;
  },
  refusal: (_options, { pruning }) =>
    pruning.criterion.name === 'magnitude'
      ? []
      : [
          {
            key: ['pruning', 'distribution'],
            message: `LAMP rescales magnitudes, and scores of the criterion '${pruning.criterion.name}' are others: use the criterion magnitude, or the distribution global`,
          },
        ],
});
