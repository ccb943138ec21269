import { describe, expect, it } from 'vitest';
import { epochTicks, tickWords, valueAxis } from '../../../../renderer/ui/charts/axis.ts';
import { toCsv } from '../../../../renderer/ui/charts/series.ts';
import type { AxisWish, Unit } from '../../../../renderer/ui/charts/axis.ts';
import { unshown, withoutUnshown } from '../../../../renderer/ui/charts/unshown.ts';
import { percent } from '../../../../renderer/format/numbers.ts';
import type { Point } from '../../../../renderer/ui/charts/series.ts';

const line = (points: Point[], name = 'a') => ({ name, color: '--run-1', points });
const usual: AxisWish = { floor: undefined, trained: false, compact: false, unit: 'share', log: false };
const axisOf = (values: number[], wish: Partial<AxisWish> = {}, from = 1) =>
  valueAxis([line(values.map((value, index) => [from + index, value] as const))], { ...usual, ...wish })!;
const gaps = (ticks: readonly number[]) =>
  new Set(ticks.slice(1).map((tick, index) => (tick - ticks[index]!).toPrecision(6)));

describe('charts', () => {
  it('span round numbers', () => {
    expect(axisOf([0.853, 0.986])).toMatchObject({ min: 0.85, max: 1 });
    expect(axisOf([0.3, 0.9], { floor: 0 }).ticks).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(valueAxis([line([[1, null]])], usual)).toBeNull();
    expect(axisOf([0.1, 0.1]).max).toBeGreaterThan(0.1);
    // Nothing is more than all of it.
    expect(axisOf([1, 1]).max).toBe(1);
  });

  it('have ticks in even steps, each told exactly and none twice', () => {
    const cases: [number[], Unit][] = [
      [[0, 0.0095], 'points'],
      [[-0.0012, 0.0009], 'points'],
      [[0, 0.011], 'share'],
      [[0.9851, 0.9863], 'share'],
      [[0, 0.5], 'share'],
      [[0, 1e-4], 'number'],
      [[0, 0.1], 'number'],
      [[2, 41], 'number'],
      [[0, 3e7], 'number'],
    ];
    for (const [values, unit] of cases)
      for (const compact of [true, false]) {
        const { ticks } = axisOf(values, { unit, compact });
        const words = tickWords({ ticks }, unit);
        const told = words.map((word) => Number.parseFloat(word.replace('−', '-')));
        expect(new Set(words).size, words.join()).toBe(ticks.length);
        expect(gaps(ticks).size, words.join()).toBe(1);
        expect(gaps(told).size, words.join()).toBe(1);
      }
    expect(tickWords({ ticks: [0, 0.0025, 0.005, 0.0075] }, 'points')).toEqual([
      '0 pp',
      '+0.25 pp',
      '+0.50 pp',
      '+0.75 pp',
    ]);
  });

  it('have ticks on a logarithmic axis too, however small its span', () => {
    for (const values of [
      [1e-6, 1],
      [0.8, 1],
      [0.79, 0.81],
      [0.02, 0.9],
      [0.3, 0.3],
    ]) {
      const { min, max, ticks } = axisOf(values, { log: true, unit: 'number' });
      expect(min, String(values)).toBeGreaterThan(0);
      expect(min, String(values)).toBeLessThanOrEqual(values[0]! * (1 + 1e-9));
      expect(max, String(values)).toBeGreaterThanOrEqual(values[1]! * (1 - 1e-9));
      expect(ticks.length, String(values)).toBeGreaterThanOrEqual(2);
      expect(new Set(tickWords({ ticks }, 'number', true)).size, String(values)).toBe(ticks.length);
      // What is shown fills a good part of the axis.
      if (values[0]! < values[1]!)
        expect(Math.log(values[1]! / values[0]!) / Math.log(max / min), String(values)).toBeGreaterThan(0.3);
    }
  });

  it('count epochs in even steps', () => {
    expect(epochTicks(13, 6)).toEqual([0, 5, 10]);
    expect(epochTicks(12, 6)).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(epochTicks(1, 6)).toEqual([0, 1]);
    for (const last of [1, 2, 3, 7, 16, 24, 25, 90, 200, 1999]) {
      const ticks = epochTicks(last, 4);
      expect(ticks.length).toBeLessThan(9);
      expect(gaps(ticks).size, String(last)).toBe(1);
      expect(ticks.every(Number.isInteger)).toBe(true);
    }
  });

  it('leave the initial state out where only training matters, and say so', () => {
    const trained = line([
      [0, 0.098],
      [1, 0.9],
      [2, 0.98],
    ]);
    const axis = valueAxis([trained], { ...usual, trained: true });
    expect(axis?.min).toBeGreaterThanOrEqual(0.88);
    expect(unshown([trained], axis, false, percent)).toEqual([{ side: 'below', text: 'epoch 0: 9.8% ↓' }]);
    expect(withoutUnshown([trained], axis, false)[0]!.points.map(([epoch]) => epoch)).toEqual([1, 2]);
    expect(axisOf([0.1], { trained: true }, 0).min).toBeLessThanOrEqual(0.1);
  });

  it('show the initial state where the axis reaches it, as after a pruning that cost everything', () => {
    const fallen = {
      ...line([
        [0, 0.098],
        [1, 0.9],
        [2, 0.098],
      ]),
      jumps: [{ at: 2, before: 0.95, after: 0.098 }],
    };
    const axis = valueAxis([fallen], { ...usual, trained: true });
    expect(unshown([fallen], axis, false, percent)).toEqual([]);
    expect(withoutUnshown([fallen], axis, false)[0]!.points).toHaveLength(3);
    expect(axis?.max).toBeGreaterThanOrEqual(0.95);
  });

  it('say that a logarithmic axis has no zero', () => {
    const shed = line([
      [0, 0],
      [1, 0.1],
      [2, 0.4],
    ]);
    const axis = valueAxis([shed], { ...usual, log: true });
    expect(unshown([shed], axis, true, percent)).toEqual([
      { side: 'below', text: 'a logarithmic axis has no 0' },
    ]);
    expect(unshown([shed], valueAxis([shed], usual), false, percent)).toEqual([]);
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

  it('have a row of their own in CSV for what was before a pruning', () => {
    const test = {
      ...line(
        [
          [1, 0.87],
          [2, 0.098],
        ],
        'test',
      ),
      jumps: [{ at: 2, before: 0.9, after: 0.098 }],
    };
    expect(toCsv([test, line([[2, 0.3]], 'shed')])).toBe(
      'epoch,moment,test,shed\n1,epoch,0.87,\n2,before-pruning,0.9,\n2,epoch,0.098,0.3\n',
    );
  });
});
