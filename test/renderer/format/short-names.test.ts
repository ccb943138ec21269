import { describe, expect, it } from 'vitest';
import { shortNames } from '../../../renderer/format/short-names.ts';

describe('short names of arms', () => {
  const grid = ['magnitude', 'random'].flatMap((criterion) =>
    [0.5, 0.9, 0.98].map(
      (share) => `global criterion=${criterion} distribution=layer-wise schedule.epoch=2 sparsity=${share}`,
    ),
  );

  it('leave out what all arms of a grid have in common', () => {
    const short = shortNames(grid);
    expect(short.get(grid[0]!)).toBe('… criterion=magnitude … sparsity=0.5');
    expect(short.get(grid[5]!)).toBe('… criterion=random … sparsity=0.98');
  });

  it('are as they are where there is room, or nothing else is like them', () => {
    const names = ['random depthwise', 'control', 'global magnitude'];
    expect([...shortNames(names).values()]).toEqual(names);
  });

  it('lose their middle where they are long, unless that is what differs', () => {
    const long = 'control of everything that was ever pruned in this study';
    expect(shortNames([long]).get(long)).toMatch(/^control of.{8}.*….*in this study$/);
    const alike = [1, 2].map((digit) => `${'a'.repeat(40)}${digit}${'b'.repeat(40)}`);
    expect([...shortNames(alike).values()]).toEqual(alike);
  });

  it('are never the same for two', () => {
    for (const names of [
      [...grid, ...grid.map((name) => name.replace('global', 'local')), 'global', 'other rate=1 sparsity=2'],
      Array.from({ length: 60 }, (_, index) => `arm with a long common beginning rate=0.1 warmup=${index}`),
      Array.from({ length: 60 }, (_, index) => `a grid rate=0.${index} and a long common end of every arm=1`),
    ])
      expect(new Set(shortNames(names).values()).size).toBe(names.length);
  });
});
