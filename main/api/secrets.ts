import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits in 43 letters, digits, '-' and '_': nobody guesses them, and every header and address takes them. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in a time that tells nothing of either, not even their lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
