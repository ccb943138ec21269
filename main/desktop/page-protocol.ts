import type { PageFiles } from '../entry/page-files.ts';
import { pageHeaders } from '../entry/page-policy.ts';
import type { Electron } from './electron.ts';
import { isOurs, ORIGIN, SCHEME } from './addresses.ts';

/** Must be called before the application is ready. */
export function registerScheme(protocol: Electron['protocol']): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the listed files of the page and nothing else, with the same policy as over HTTP. */
export function servePageFiles(protocol: Electron['protocol'], files: PageFiles): void {
  protocol.handle(SCHEME, ({ url, method }) => {
    const refused = (status: number) => new Response(null, { status, headers: pageHeaders() });
    if (!isOurs(url)) return refused(403);
    if (method !== 'GET' && method !== 'HEAD') return refused(405);
    // As over HTTP: the path as it was sent, looked up in the list.
    const path = url.slice(ORIGIN.length).split(/[?#]/, 1)[0] ?? '';
    const file = files.get(path);
    if (file === undefined) return refused(404);
    const headers = {
      ...pageHeaders(),
      'Content-Type': file.contentType,
      'Cache-Control': file.cacheControl,
    };
    return new Response(method === 'HEAD' ? null : new Uint8Array(file.body), { status: 200, headers });
  });
}
