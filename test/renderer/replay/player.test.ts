import { describe, expect, it } from 'vitest';
import { nearest, playFrom, stepFrom, withLoopEnd } from '../../../renderer/replay/player.ts';

const EPOCHS = [0, 1, 2, 3, 4];

describe('the player', () => {
  it('steps to the ends and no further', () => {
    expect(stepFrom(EPOCHS, 2, 1)).toBe(3);
    expect(stepFrom(EPOCHS, 4, 1)).toBe(4);
    expect(stepFrom(EPOCHS, 0, -1)).toBe(0);
    expect(stepFrom([0, 5, 10], 5, 1)).toBe(10);
  });

  it('stops at the end, or goes around its loop', () => {
    expect(playFrom(EPOCHS, 4, null)).toBeNull();
    expect(playFrom(EPOCHS, 3, { from: 1, to: 3 })).toBe(1);
    expect(playFrom(EPOCHS, 0, { from: 2, to: 3 })).toBe(2);
    expect(playFrom(EPOCHS, 2, { from: 1, to: 3 })).toBe(3);
  });

  it('shows the measured epoch nearest to a wanted one', () => {
    expect(nearest([0, 2, 4], 9)).toBe(4);
    expect(nearest([], 3)).toBeNull();
  });

  it('keeps the ends of a loop in order', () => {
    expect(withLoopEnd(null, 'from', 3, 12)).toEqual({ from: 3, to: 12 });
    expect(withLoopEnd({ from: 3, to: 12 }, 'to', 8, 12)).toEqual({ from: 3, to: 8 });
    expect(withLoopEnd({ from: 3, to: 8 }, 'from', 10, 12)).toEqual({ from: 10, to: 10 });
    expect(withLoopEnd({ from: 3, to: 8 }, 'to', 1, 12)).toEqual({ from: 1, to: 1 });
  });
});
