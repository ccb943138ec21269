import { describe, expect, it } from 'vitest';
import type { EpochSummary } from '../../common/contract/schemas.ts';
import { fastest, niceRange, relativeNorm, toCsv } from '../../renderer/components/charts/series.ts';
import type { Point } from '../../renderer/components/charts/series.ts';

const line = (points: Point[], name = 'a') => ({ name, color: '--run-1', points });
const usual = { floor: undefined, trained: false, compact: false };

describe('charts', () => {
  it('span round numbers', () => {
    expect(
      niceRange(
        [
          line([
            [1, 0.853],
            [2, 0.986],
          ]),
        ],
        usual,
      ),
    ).toEqual({ min: 0.85, max: 1, interval: 0.05 });
    expect(
      niceRange(
        [
          line([
            [1, 0.3],
            [2, 0.9],
          ]),
        ],
        { ...usual, floor: 0 },
      ),
    ).toEqual({ min: 0, max: 1, interval: 0.25 });
    expect(niceRange([line([[1, null]])], usual)).toEqual({});
    const flat = niceRange(
      [
        line([
          [1, 0.1],
          [2, 0.1],
        ]),
      ],
      usual,
    );
    expect(flat['max']).toBeGreaterThan(0.1);
  });

  it('leave the initial state out where only training matters', () => {
    expect(
      niceRange(
        [
          line([
            [0, 0.1],
            [1, 0.9],
            [2, 0.98],
          ]),
        ],
        { ...usual, trained: true },
      )['min'],
    ).toBeGreaterThanOrEqual(0.88);
    expect(niceRange([line([[0, 0.1]])], { ...usual, trained: true })['min']).toBeLessThanOrEqual(0.1);
  });

  it('are given as CSV, with gaps where nothing was measured', () => {
    const csv = toCsv([
      line(
        [
          [0, 1],
          [1, 0.5],
        ],
        'run',
      ),
      line(
        [
          [1, 0.7],
          [2, null],
        ],
        'control, "twin"',
      ),
    ]);
    expect(csv).toBe('epoch,run,"control, ""twin"""\n0,1,\n1,0.5,0.7\n2,,\n');
  });

  it('compare norms with those at an epoch, over all layers or one', () => {
    const epoch = (number: number, one: number, two: number) =>
      ({
        epoch: number,
        layers: [
          { name: 'one', norm: one },
          { name: 'two', norm: two },
        ],
      }) as unknown as EpochSummary;
    const epochs = [epoch(0, 9, 9), epoch(1, 3, 4), epoch(2, 3, 0.4)];
    expect(relativeNorm(epochs, 1, 'two')).toEqual([
      [1, 1],
      [2, 0.1],
    ]);
    expect(relativeNorm(epochs, 1, null)[1]?.[1]).toBeCloseTo(Math.hypot(3, 0.4) / 5);
    expect(relativeNorm(epochs, 7, null)).toEqual([]);
    expect(fastest(epochs, 1)).toBe('two');
    expect(fastest([], 1)).toBeNull();
  });
});
