import { describe, expect, it } from 'vitest';
import { TimeLeft } from '../../../main/runs/time-left.ts';

/** Steps of an epoch and milliseconds of each; evaluation takes none here. */
const STEPS = 100;
const STEP = 20;

/** Trains an epoch from `start`, the first step taking longer by `tracing`; gives what was said after each step, and its end. */
function epoch(
  time: TimeLeft,
  number: number,
  start: number,
  tracing = 0,
): { said: (number | null)[]; end: number } {
  const said: (number | null)[] = [];
  let now = start + tracing;
  for (let step = 1; step <= STEPS; step++) said.push(time.seconds(number, step, STEPS, (now += STEP)));
  time.epochDone(true, now);
  return { said, end: now };
}

describe('the time left', () => {
  it('is unknown until an epoch was seen at its pace, and never counts what happens once', () => {
    const time = new TimeLeft(10, 0);
    expect(time.seconds(1, 0, STEPS, 500)).toBeNull();
    // Loading the engine goes before the first trained epoch.
    time.epochDone(false, 60_000);
    expect(time.seconds(1, 0, STEPS, 60_000)).toBeNull();
    const { said, end } = epoch(time, 1, 60_000, 15_000);
    expect(said.slice(0, 50)).toEqual(Array(50).fill(null));
    for (const [index, seconds] of said.entries())
      if (seconds !== null) expect(seconds).toBeCloseTo((STEP * (10 * STEPS - index - 1)) / 1000, 6);
    expect(said.at(-1)).not.toBeNull();
    expect(time.seconds(2, 0, STEPS, end)).toBeCloseTo((9 * STEPS * STEP) / 1000);
  });

  it('is told by other runs of the network at once, until its own epochs tell', () => {
    const time = new TimeLeft(10, 0);
    time.expect(3);
    expect(time.seconds(1, 0, STEPS, 0)).toBeCloseTo(30);
    const { said, end } = epoch(time, 1, 0, 15_000);
    expect(said[49]).toBeCloseTo(3 * 9.5);
    expect(time.seconds(2, 0, STEPS, end)).toBeCloseTo((9 * STEPS * STEP) / 1000);
  });

  it('says nothing where the first epoch has a single step, and is right from the second on', () => {
    const time = new TimeLeft(600, 0);
    expect(time.seconds(1, 1, 1, 15_000)).toBeNull();
    time.epochDone(true, 15_100);
    expect(time.seconds(2, 0, 1, 15_100)).toBeNull();
    expect(time.seconds(2, 1, 1, 15_120)).toBeNull();
    time.epochDone(true, 15_130);
    expect(time.seconds(3, 0, 1, 15_130)).toBeCloseTo(598 * 0.03);
  });

  it('is the middle of the last epochs, and zero at the end', () => {
    const time = new TimeLeft(9, 0);
    let now = 0;
    for (const seconds of [50, 2, 2, 40, 2]) time.epochDone(true, (now += 1000 * seconds));
    expect(time.seconds(6, 0, 10, now)).toBeCloseTo(8);
    expect(time.seconds(6, 5, 10, now + 1000)).toBeCloseTo(7);
    expect(time.seconds(9, 10, 10, now + 9000)).toBe(0);
  });

  it('does not count a pause', () => {
    const time = new TimeLeft(3, 0);
    time.epochDone(true, 0);
    time.pause(1_000);
    time.pause(2_000);
    time.resume(101_000);
    time.epochDone(true, 102_000);
    expect(time.seconds(3, 0, 10, 102_000)).toBeCloseTo(2);
  });
});
