import { describe, expect, it } from 'vitest';
import {
  count,
  duration,
  fixed,
  percent,
  points,
  shedLabel,
  bytes,
  significant,
} from '../../../renderer/format/numbers.ts';

describe('numbers for people', () => {
  it('write shares as percentages and never round something to nothing silently', () => {
    expect(percent(0.5624)).toBe('56.2%');
    expect(percent(0.98414, 2)).toBe('98.41%');
    expect(percent(0)).toBe('0.0%');
    expect(percent(0.0001)).toBe('<0.1%');
    expect(percent(null)).toBe('–');
    expect(percent(Number.NaN)).toBe('–');
  });

  it('write differences in points, with their sign', () => {
    expect(points(0.39)).toBe('+39.0 pp');
    expect(points(-0.11)).toBe('−11.0 pp');
    expect(points(0)).toBe('±0.0 pp');
    expect(points(-0.00001)).toBe('±0.0 pp');
    expect(points(undefined)).toBe('–');
  });

  it('write durations, counts and scientific numbers', () => {
    expect(duration(41.4)).toBe('0:41');
    expect(duration(3723)).toBe('1:02:03');
    expect(duration(null)).toBe('–');
    expect(count(25_557_032)).toBe('25\u2009557\u2009032');
    expect(significant(0.1)).toBe('0.1');
    expect(significant(0.0003162)).toBe('3.162e-4');
    expect(significant(1e-10)).toBe('1e-10');
    expect(significant(0)).toBe('0');
    expect(fixed(-0.001)).toBe('0.00');
    expect(fixed(-0.5)).toBe('−0.50');
  });

  it('always name the threshold', () => {
    expect(shedLabel('1e-4')).toBe('shed ≤ 1e-4');
  });
});

describe('bytes', () => {
  it('go by powers of ten, to two digits', () => {
    expect([0, 999, 1000, 34_400, 1_250_000_000].map(bytes)).toEqual([
      '0\u00a0B',
      '1000\u00a0B',
      '1\u00a0kB',
      '34\u00a0kB',
      '1.3\u00a0GB',
    ]);
  });
});
