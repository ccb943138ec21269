/** Milliseconds before attempt n (0, 1, 2 …): doubling from 250 ms up to 8 s. */
export function backOff(attempt: number): number {
  return Math.min(8_000, 250 * 2 ** Math.min(attempt, 10));
}
