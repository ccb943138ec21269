import type { IncomingMessage } from 'node:http';
import type { Session } from './session.ts';

/** Longest request target answered. Our own paths are far shorter. */
export const MAX_URL_CHARACTERS = 2048;

export interface Refusal {
  status: 401 | 403 | 404 | 405 | 414 | 426 | 503;
  message: string;
}

/**
 * A page that has made its name point at this machine (DNS rebinding) still sends its own name: only the exact
 * loopback names with our port pass. This check comes before everything else.
 */
export function refuseHost(request: IncomingMessage, port: number): Refusal | null {
  // Node folds repeated Host headers into the first; the raw list shows a request that sent two.
  const hosts = request.rawHeaders.filter(
    (_, i) => i % 2 === 0 && request.rawHeaders[i]?.toLowerCase() === 'host',
  );
  const host = request.headers.host;
  if (hosts.length === 1 && (host === `127.0.0.1:${port}` || host === `localhost:${port}`)) return null;
  return { status: 403, message: 'This address is not one of Cascade Lab.' };
}

/** Only reading is done by HTTP; all that changes anything goes through the WebSocket. */
export function refuseMethod(request: IncomingMessage): Refusal | null {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  return { status: 405, message: 'Only GET and HEAD are answered here.' };
}

export function refuseLength(request: IncomingMessage): Refusal | null {
  if ((request.url ?? '').length <= MAX_URL_CHARACTERS) return null;
  return { status: 414, message: 'This address is too long.' };
}

export function refuseStranger(request: IncomingMessage, session: Session, port: number): Refusal | null {
  if (session.acceptsCookie(request.headers.cookie, port)) return null;
  return {
    status: 401,
    message:
      'Open the address that Cascade Lab printed when it started: it carries the token that lets you in.',
  };
}

/** Refuses a request without the page's key: another server of this host may have got the cookie, but only our page knows the key. */
export function refuseKeyless(request: IncomingMessage, session: Session): Refusal | null {
  const { authorization, 'sec-websocket-protocol': protocols } = request.headers;
  if (session.acceptsProtocols(protocols) || session.acceptsAuthorization(authorization)) return null;
  return {
    status: 401,
    message: 'This tab has no key: open the address that Cascade Lab printed when it started.',
  };
}

/**
 * Browsers let any page open a WebSocket anywhere, with our cookie where the page is of the same site (another
 * port of this machine is): the origin must be the very one that served the page. None at all is refused too.
 */
export function refuseOrigin(request: IncomingMessage): Refusal | null {
  if (request.headers.origin === `http://${request.headers.host}`) return null;
  return { status: 403, message: 'Only the page that Cascade Lab served may connect.' };
}

/** The launch token, where the request is for the start page with nothing but the token. */
export function tokenOf(request: IncomingMessage): string | null {
  return /^\/\?token=([A-Za-z0-9_-]{1,128})$/.exec(request.url ?? '')?.[1] ?? null;
}
