import { expect, test } from 'vitest';
import { onSignal } from '../../../main/entry/shutdown.ts';

test('the first signal closes, the second ends at once, and released listeners are gone', () => {
  const before = process.listenerCount('SIGINT');
  const closed: string[] = [];
  const codes: number[] = [];
  const release = onSignal(
    (signal) => closed.push(signal),
    (code) => codes.push(code),
  );
  process.emit('SIGTERM');
  expect([closed, codes]).toEqual([['SIGTERM'], []]);
  process.emit('SIGINT');
  expect([closed, codes]).toEqual([['SIGTERM'], [130]]);
  release();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
