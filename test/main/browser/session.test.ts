import { expect, test, vi } from 'vitest';
import { Session } from '../../../main/browser/session.ts';

/** When a token is made; it is good for a minute. */
const MADE = 1_000_000;
const MINUTE = 60_000;

test('an opening token is good until its minute is over, and not after', () => {
  for (const [later, good] of [
    [0, true],
    [MINUTE, true],
    [MINUTE + 1, false],
    [24 * 60 * MINUTE, false],
  ] as const) {
    const session = new Session();
    const used = vi.fn();
    const token = session.openingToken(used, MADE);
    expect(session.acceptsToken(token, MADE + later), `${later} ms later`).toBe(good);
    expect(used).toHaveBeenCalledTimes(good ? 1 : 0);
  }
});

test('an opening token is good once, and a newer one takes its place', () => {
  const session = new Session();
  const [first, second] = [session.openingToken(() => {}, MADE), session.openingToken(() => {}, MADE)];
  expect(session.acceptsToken(first, MADE)).toBe(false);
  expect(session.acceptsToken(second, MADE)).toBe(true);
  expect(session.acceptsToken(second, MADE)).toBe(false);
});

test('the printed token is good as long as the server lives', () => {
  const session = new Session();
  for (const now of [0, MADE, MADE + 365 * 24 * 60 * MINUTE])
    expect(session.acceptsToken(session.token, now)).toBe(true);
});
