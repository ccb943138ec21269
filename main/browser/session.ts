import { randomBytes, timingSafeEqual, createHash } from 'node:crypto';

/** Seconds in which the address handed to the browser must be used. */
const OPENING_SECONDS = 60;

function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in a time that tells nothing of either, not even their lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * Who may speak to the server: whoever was given the printed address. Its token is exchanged for a cookie, so
 * that it stays in no history and no referrer.
 */
export class Session {
  /** In the printed address; stays good while the server lives, so that the address can be opened again. */
  readonly token = secret();
  readonly #cookie = secret();
  #opening: { token: string; until: number } | null = null;

  /**
   * A token good for one visit within a minute. The browser is started with this one: other users of the machine
   * can read a process's arguments.
   */
  openingToken(now = Date.now()): string {
    this.#opening = { token: secret(), until: now + OPENING_SECONDS * 1000 };
    return this.#opening.token;
  }

  acceptsToken(token: string, now = Date.now()): boolean {
    if (sameSecret(token, this.token)) return true;
    const opening = this.#opening;
    if (opening === null || now > opening.until || !sameSecret(token, opening.token)) return false;
    this.#opening = null;
    return true;
  }

  /** The Set-Cookie header. Cookies know no ports: the name carries it, so that two servers do not mix. */
  setCookie(port: number): string {
    return `${cookieName(port)}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`;
  }

  acceptsCookie(header: string | undefined, port: number): boolean {
    const prefix = `${cookieName(port)}=`;
    const cookies = (header ?? '').split(';').map((pair) => pair.trim());
    return cookies.some(
      (pair) => pair.startsWith(prefix) && sameSecret(pair.slice(prefix.length), this.#cookie),
    );
  }
}

function cookieName(port: number): string {
  return `cascade-${port}`;
}
