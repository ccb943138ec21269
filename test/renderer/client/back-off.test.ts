import { expect, it } from 'vitest';
import { backOff } from '../../../renderer/client/back-off.ts';

it('reconnects sooner at first and never rarer than every 8 s', () => {
  expect([0, 1, 2].map(backOff)).toEqual([250, 500, 1000]);
  expect(backOff(1000)).toBe(8000);
});
