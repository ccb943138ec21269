import * as z from 'zod';
import { defineSchedule } from './schedule.ts';

const MOST_ROUNDS = 1000;

const options = z
  .strictObject({
    name: z.literal('iterative'),
    rounds: z
      .int()
      .min(1)
      .max(MOST_ROUNDS)
      .nullable()
      .default(null)
      .describe(
        'Rounds of pruning and retraining, each pruning the same share of what is left; or give fraction.',
      ),
    fraction: z
      .number()
      .gt(0)
      .lt(1)
      .nullable()
      .default(null)
      .describe('Share of the weights left that each round prunes, the last one fewer; or give rounds.'),
  })
  .refine(({ rounds, fraction }) => (rounds === null) !== (fraction === null), {
    message: 'needs either rounds or fraction, and not both',
  });

/**
 * Iterative pruning (Han et al., arXiv 1506.02626; Frankle & Carbin, arXiv 1803.03635, section 2): train, then rounds of
 * pruning and retraining. Each round prunes the same share p of the weights left: sparsity 1 − (1 − p)^r after round r.
 */
export const iterative = defineSchedule({
  name: 'iterative',
  title: 'Rounds of pruning and retraining',
  source: 'Han et al., arXiv 1506.02626; Frankle & Carbin, ICLR 2019, arXiv 1803.03635, section 2',
  options,
  steps: () => [],
  rounds({ rounds, fraction }, sparsity) {
    const kept = 1 - (fraction ?? 1 - (1 - sparsity) ** (1 / rounds!));
    const count = rounds ?? roundsOf(sparsity, fraction!);
    return Array.from({ length: count }, (_, index) =>
      index === count - 1 ? sparsity : 1 - kept ** (index + 1),
    );
  },
  refusal({ fraction }, { sparsity }) {
    return fraction !== null && roundsOf(sparsity, fraction) > MOST_ROUNDS
      ? `pruning ${fraction} of the weights left takes more than ${MOST_ROUNDS} rounds to reach ${sparsity}`
      : null;
  },
});

/** The least number of rounds that reaches the sparsity, not one more for a rounding error. */
function roundsOf(sparsity: number, fraction: number): number {
  return Math.max(1, Math.ceil(Math.log(1 - sparsity) / Math.log(1 - fraction) - 1e-9));
}
