import { describe, expect, it } from 'vitest';
import { matching } from '../../../renderer/frame/match.ts';

describe('the command palette', () => {
  it('finds by words, what starts with them first', () => {
    const entries = [
      { name: 'Replay starter', group: 'run' },
      { name: 'Start study', group: 'start' },
      { name: 'Theme: dark', group: 'view' },
    ];
    expect(matching(entries, 'start').map((entry) => entry.name)).toEqual(['Start study', 'Replay starter']);
    expect(matching(entries, 'dark view')).toHaveLength(1);
    expect(matching(entries, '')).toHaveLength(3);
  });
});
