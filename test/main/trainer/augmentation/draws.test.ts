import { afterEach, describe, expect, test } from 'vitest';
import { seededDraws } from '../../../../main/trainer/augmentation/draws.ts';
import { openEngine, type Engine, type Precision } from '../../../../main/trainer/tensorflow/engine.ts';

const LENGTH = 20_000;

let engine: Engine | null = null;
afterEach(() => {
  engine?.dispose();
  engine = null;
});

/** The first two streams of a seed. */
function drawn(seed: readonly [number, number], precision: Precision = 'float32'): Float64Array[] {
  engine ??= openEngine({ device: 'cpu', precision, threads: 2 });
  const opened = engine;
  const traced = opened.trace('draws', [{ shape: [2], dtype: 'int32' }], (given) => {
    const draws = seededDraws(opened, given!);
    return [draws.uniform([LENGTH]), draws.uniform([LENGTH])];
  });
  const handle = opened.upload(Int32Array.from(seed), [2], 'int32');
  const outputs = traced.call([handle]);
  const values = outputs.map((output) => Float64Array.from(opened.download(output) as Float32Array));
  for (const used of [handle, ...outputs]) used.release();
  traced.dispose();
  return values;
}

describe('draws of a seed', () => {
  test('are equally likely everywhere in [0, 1)', () => {
    const bins = 50;
    for (const values of drawn([17, -5])) {
      expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
      const counts = new Float64Array(bins);
      for (const value of values) counts[Math.floor(value * bins)]! += 1;
      const expected = LENGTH / bins;
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 49 degrees of freedom: above 94.6 once in ten thousand.
      expect(chiSquare).toBeLessThan(94.6);
    }
  });

  test('are the same for the same seed, and in either precision', () => {
    const first = drawn([1, 2]);
    expect(drawn([1, 2])).toEqual(first);
    engine!.dispose();
    engine = null;
    expect(drawn([1, 2], 'float64')).toEqual(first);
  });

  test('are others in another stream, at another seed, and at the next', () => {
    const lists = [...drawn([1, 2]), ...drawn([2, 2]), ...drawn([1, 500_000])];
    for (const [index, a] of lists.entries())
      for (const b of lists.slice(index + 1)) {
        const [meanA, meanB] = [a, b].map((values) => values.reduce((sum, x) => sum + x, 0) / LENGTH);
        const product = a.reduce((sum, x, place) => sum + (x - meanA!) * (b[place]! - meanB!), 0);
        // A correlation of independent draws is within ± 4 / √n but for one in ten thousand.
        expect(Math.abs((product / LENGTH) * 12)).toBeLessThan(4 / Math.sqrt(LENGTH));
      }
  });
});
