import * as z from 'zod';
import { runChild } from './children.ts';
import { below, median, type Measure } from './result.ts';

const ROUNDS = 3;
const GOAL_SECONDS = 3;
const times = z.array(z.object({ address: z.number(), usable: z.number() })).min(1);

/** `npm start`, once set up, to a page that shows its content. */
export async function measureColdStart(): Promise<Measure[]> {
  const rounds = times.parse(await runChild('cold-start.mjs', [String(ROUNDS)]));
  const seconds = median(rounds.map(({ usable }) => usable)) / 1000;
  return [
    below(
      'cold-start',
      'from `npm start` on an empty workspace, once set up, to a page that shows its content',
      's',
      seconds,
      GOAL_SECONDS,
      { rounds },
    ),
  ];
}
