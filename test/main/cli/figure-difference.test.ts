import { expect, test } from 'vitest';
import { difference } from '../../../main/cli/figure-difference.ts';

const of = (...runs: string[]) => ({ groups: [{ runs }] });

test('why files have other numbers: runs that are gone, more runs, or other numbers of the same', () => {
  expect(difference(of('a', 'b'), of('b', 'c'))).toEqual({
    gone: ['a'],
    more: ['c'],
    why: '1 of its runs are gone: a; 1 more runs: c',
  });
  expect(difference(of('a'), of('a', 'b', 'c', 'd', 'e')).why).toBe('4 more runs: b, c, d, …');
  expect(difference(of('a'), of('a')).why).toContain('the same runs give other numbers');
  expect(difference(null, of('a'))).toEqual({ gone: [], more: [], why: null });
});
