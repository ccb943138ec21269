import * as z from 'zod';
import { keptScores, selectLowest } from '../selection.ts';
import type { Distribution } from './distribution.ts';

/** The lowest scores over all chosen layers together; ties go to the earlier layer, then the lower index. */
export const global: Distribution = {
  name: 'global',
  title: 'Lowest scores over all chosen layers together',
  options: z.strictObject({ name: z.literal('global') }),
  counts(_options, layers, total) {
    const kept = layers.map((layer) => keptScores(layer.scores, layer.mask));
    const before = layers.map((layer, index) => layer.scores.length - kept[index]!.length);
    const already = before.reduce((sum, count) => sum + count, 0);
    const all = new Float32Array(kept.reduce((sum, scores) => sum + scores.length, 0));
    let offset = 0;
    for (const scores of kept) {
      all.set(scores, offset);
      offset += scores.length;
    }
    const chosen = selectLowest(all, total - already);
    offset = 0;
    return kept.map((scores, index) => {
      let count = before[index]!;
      for (let position = 0; position < scores.length; position++) count += chosen[offset + position]!;
      offset += scores.length;
      return count;
    });
  },
};
