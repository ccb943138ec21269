import { describe, expect, it } from 'vitest';
import { TimeLeft } from '../../../main/runs/time-left.ts';

describe('the time left', () => {
  it('is unknown before the first step, and then told by the steps of the first epoch', () => {
    const time = new TimeLeft(10, 0);
    expect(time.seconds(1, 0, 100, 500)).toBeNull();
    // What went before the first trained epoch, such as loading the engine, says nothing of an epoch.
    time.epochDone(false, 60_000);
    expect(time.seconds(1, 0, 100, 60_000)).toBeNull();
    expect(time.seconds(1, 50, 100, 61_000)).toBeCloseTo(1 + 9 * 2);
  });

  it('follows the last epoch, and is zero at the end', () => {
    const time = new TimeLeft(3, 0);
    time.epochDone(true, 4_000);
    expect(time.seconds(2, 0, 10, 4_000)).toBeCloseTo(8);
    expect(time.seconds(2, 5, 10, 5_000)).toBeCloseTo(6);
    time.epochDone(true, 6_000);
    expect(time.seconds(3, 10, 10, 8_000)).toBe(0);
  });

  it('does not count a pause', () => {
    const time = new TimeLeft(2, 0);
    time.pause(1_000);
    time.pause(2_000);
    time.resume(101_000);
    time.epochDone(true, 102_000);
    expect(time.seconds(2, 0, 10, 102_000)).toBeCloseTo(2);
  });
});
