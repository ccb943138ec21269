import { newSecret, sameSecret } from '../api/secrets.ts';

/** Seconds in which the address handed to the browser must be used. */
const OPENING_SECONDS = 60;

/** The protocol of our WebSocket; the page's key is offered beside it, since a page can set no header of a WebSocket. */
const PROTOCOL = 'cascade-lab';
const KEY_PREFIX = 'key.';

interface Opening {
  token: string;
  until: number;
  used: () => void;
}

/**
 * Access to the server for those who were given the printed address. Its token is exchanged for two secrets, so that
 * it stays in no history and no referrer. The cookie shows the page. Cookies know no ports, so every server of this host
 * that the browser visits is sent it: alone it opens no connection. That takes the page's key as well, which stands
 * behind the '#' of the address, so in no request, and which the page keeps in the storage of its origin.
 */
export class Session {
  /** In the printed address; stays good while the server lives, so that the address can be opened again. */
  readonly token = newSecret();
  readonly #key = newSecret();
  readonly #cookie = newSecret();
  #opening: Opening | null = null;

  /**
   * A token good for one visit within a minute, for the browser that we start ourselves.
   *
   * @param used called at that visit
   */
  openingToken(used: () => void, now = Date.now()): string {
    this.#opening = { token: newSecret(), until: now + OPENING_SECONDS * 1000, used };
    return this.#opening.token;
  }

  acceptsToken(token: string, now = Date.now()): boolean {
    if (sameSecret(token, this.token)) return true;
    const opening = this.#opening;
    if (opening === null || now > opening.until || !sameSecret(token, opening.token)) return false;
    this.#opening = null;
    opening.used();
    return true;
  }

  /** Where a token leads: to the page, with its key. */
  pageAddress(): string {
    return `/#key=${this.#key}`;
  }

  /**
   * The Set-Cookie header. Its name carries the port, so that two servers do not mix. It is sent where a link of
   * another site, or the file that leads the browser here, opens the page, and with nothing else that they ask for.
   */
  setCookie(port: number): string {
    return `${cookieName(port)}=${this.#cookie}; HttpOnly; SameSite=Lax; Path=/`;
  }

  acceptsCookie(header: string | undefined, port: number): boolean {
    return pieces(header, ';', `${cookieName(port)}=`).some((value) => sameSecret(value, this.#cookie));
  }

  /** Whether the page's key is among the protocols that a WebSocket offers. */
  acceptsProtocols(header: string | undefined): boolean {
    return pieces(header, ',', KEY_PREFIX).some((key) => sameSecret(key, this.#key));
  }

  /** Whether a request of the page, which can set this header, carries its key. */
  acceptsAuthorization(header: string | undefined): boolean {
    return sameSecret(header ?? '', `Bearer ${this.#key}`);
  }

  /** The protocol that is agreed on: never the key, which needs no way back. */
  static chooseProtocol(offered: ReadonlySet<string>): string | false {
    return offered.has(PROTOCOL) ? PROTOCOL : false;
  }
}

function cookieName(port: number): string {
  return `cascade-${port}`;
}

/** What follows the prefix in those pieces of a header that have it. */
function pieces(header: string | undefined, separator: string, prefix: string): string[] {
  return (header ?? '')
    .split(separator)
    .map((piece) => piece.trim())
    .filter((piece) => piece.startsWith(prefix))
    .map((piece) => piece.slice(prefix.length));
}
