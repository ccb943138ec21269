import { describe, expect, it } from 'vitest';
import type { EpochSummary, LoggedEvent } from '../../../../common/contract/schemas.ts';
import { jumpsOf } from '../../../../renderer/ui/charts/jumps.ts';
import { isAlone, polylineOf } from '../../../../renderer/ui/charts/polyline.ts';
import type { Point } from '../../../../renderer/ui/charts/series.ts';
import { pruningsOf } from '../../../../renderer/format/prunings.ts';

const event = (
  kind: LoggedEvent['kind'],
  epoch: number,
  data: Record<string, unknown> = {},
): LoggedEvent => ({
  kind,
  epoch,
  time: 0,
  message: kind,
  data,
});
const epochs = [0, 1, 2, 3].map(
  (epoch) => ({ epoch, steps: epoch === 0 ? 0 : 40 }) as unknown as EpochSummary,
);
const cut = event('pruned', 2, {
  testAccuracyBefore: 0.87,
  testAccuracyAfter: 0.098,
  testLossBefore: 0.3,
  prunedWeights: 90,
  prunableWeights: 100,
});
const accuracy: Point[] = [
  [0, 0.1],
  [1, 0.8],
  [2, 0.098],
  [3, 0.5],
];

describe('the line of a run', () => {
  it('falls upright at a pruning, from the value before it to the value after it', () => {
    const jumps = jumpsOf([cut], epochs).accuracy(accuracy);
    expect(polylineOf({ points: accuracy, jumps }, false)).toEqual({
      points: [
        [0, 0.1],
        [1, 0.8],
        [2, 0.87],
        [2, 0.098],
        [3, 0.5],
      ],
      dotted: [],
    });
    expect(jumpsOf([cut], epochs).loss([[2, 2.4]])).toEqual([{ at: 2, before: 0.3, after: 2.4 }]);
  });

  it('is broken, and dotted over the break, where the value before was not measured', () => {
    const jumps = jumpsOf([cut], epochs).unmeasured(accuracy);
    expect(polylineOf({ points: accuracy, jumps }, false)).toEqual({
      points: [
        [0, 0.1],
        [1, 0.8],
        [2, null],
        [2, 0.098],
        [3, 0.5],
      ],
      dotted: [
        [1, 0.8],
        [2, 0.098],
        [2, null],
      ],
    });
    // Logs of earlier versions hold no accuracy.
    const old = jumpsOf([event('pruned', 2)], epochs).accuracy(accuracy);
    expect(polylineOf({ points: accuracy, jumps: old }, false).dotted).toHaveLength(3);
  });

  it('goes on dotted where weights were set back after an epoch', () => {
    const jumps = jumpsOf([cut, event('rewound', 2)], epochs).accuracy(accuracy);
    expect(polylineOf({ points: accuracy, jumps }, false)).toEqual({
      points: [
        [0, 0.1],
        [1, 0.8],
        [2, 0.87],
        [2, 0.098],
        [3, null],
        [3, 0.5],
      ],
      dotted: [
        [2, 0.098],
        [3, 0.5],
        [3, null],
      ],
    });
  });

  it('steps within an epoch where weights were pruned there', () => {
    const within = event('pruned', 2, { step: 10, prunedWeights: 30, prunableWeights: 100 });
    const shares: Point[] = [
      [1, 0],
      [2, 0.9],
    ];
    const { pruned, unmeasured } = jumpsOf([within, cut], epochs);
    expect(polylineOf({ points: shares, jumps: pruned(shares) }, false)).toEqual({
      points: [
        [1, 0],
        [1.25, 0],
        [1.25, 0.3],
        [2, 0.3],
        [2, 0.9],
      ],
      dotted: [],
    });
    expect(polylineOf({ points: shares, jumps: unmeasured(shares) }, false).dotted).toHaveLength(3);
  });

  it('holds for the epoch that a value ends, the first one too, where values are steps', () => {
    const rate: Point[] = [
      [0, null],
      [1, 0.1],
      [2, 0.01],
    ];
    expect(polylineOf({ points: rate }, true).points).toEqual([
      [0, null],
      [0, 0.1],
      [1, 0.1],
      [1, 0.01],
      [2, 0.01],
    ]);
  });

  it('is a point where nothing is beside it', () => {
    const gaps: Point[] = [
      [0, 1],
      [1, null],
      [2, 3],
      [3, null],
      [4, 2],
      [5, 2],
    ];
    expect(gaps.map((_, index) => isAlone(gaps, index))).toEqual([true, false, true, false, false, false]);
  });
});

describe('the prunings of a log', () => {
  it('are told once, though a resumed run tells of one again', () => {
    expect(pruningsOf([cut, event('resumed', 1), cut, event('pruned', 3)], epochs)).toEqual([
      { at: 2, accuracyBefore: 0.87, lossBefore: 0.3, prunedBefore: 0, prunedAfter: 0.9 },
      { at: 3, accuracyBefore: null, lossBefore: null, prunedBefore: 0.9, prunedAfter: null },
    ]);
  });
});
