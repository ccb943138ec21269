import { describe, expect, it } from 'vitest';
import { Recent } from '../../../renderer/replay/recent.ts';

describe('what was used last', () => {
  it('stays within its bytes; the least recently used goes first', () => {
    const recent = new Recent<string>(10);
    recent.set('a', 'A', 4);
    recent.set('b', 'B', 4);
    expect(recent.get('a')).toBe('A');
    recent.set('c', 'C', 4);
    expect([recent.has('a'), recent.has('b'), recent.has('c')]).toEqual([true, false, true]);
  });

  it('keeps the newest even where it alone is too large, and counts a replaced entry once', () => {
    const recent = new Recent<string>(10);
    recent.set('a', 'A', 50);
    expect(recent.get('a')).toBe('A');
    recent.set('a', 'A', 3);
    recent.set('b', 'B', 7);
    expect(recent.has('a')).toBe(true);
  });

  it('forgets what a test names', () => {
    const recent = new Recent<string>(10);
    recent.set('run/1', 'A', 1);
    recent.set('other/1', 'B', 1);
    recent.forget((key) => key.startsWith('run/'));
    expect([recent.has('run/1'), recent.has('other/1')]).toEqual([false, true]);
  });
});
