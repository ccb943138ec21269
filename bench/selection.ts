import { generator } from '../main/trainer/random.ts';
import { selectLowest } from '../main/trainer/pruning/selection.ts';
import { below, median, type Measure } from './result.ts';

const WEIGHTS = 25_000_000;
const GOAL_MS = 150;

/** Exact-k selection of half of 25 million magnitudes. */
export function measureSelection(rounds: number): Measure {
  const random = generator(1, 'scores to select from');
  const scores = new Float32Array(WEIGHTS);
  // A sum of uniforms' magnitude: dense near zero, as the magnitudes of weights are.
  for (let index = 0; index < WEIGHTS; index++)
    scores[index] = Math.abs(random.next() + random.next() + random.next()) * 2 ** -33;
  const ties = generator(1, 'order of equal scores');
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    selectLowest(scores, WEIGHTS / 2, ties);
    if (round >= 0) times.push(performance.now() - start);
  }
  return below('selection', 'the lowest half of 25 million scores, exactly', 'ms', median(times), GOAL_MS, {
    rounds: times,
  });
}
