import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { CascadeError } from '../../common/errors.ts';

/** One file of the built page, held in memory: what is served cannot change or lead elsewhere after the start. */
export interface PageFile {
  body: Buffer;
  contentType: string;
  cacheControl: string;
}

/** The built page: URL path, exactly as a browser asks for it, → file. '/' is index.html. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** Names under assets/ carry a hash of their content; anything else is asked for anew each time. */
function cacheControl(path: string): string {
  return path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store';
}

/**
 * Reads every regular file under `folder` (out/renderer). Links are left out, and so are kinds that no page of
 * ours has, such as source maps.
 *
 * @throws CascadeError NOT_BUILT where there is no index.html.
 */
export function readPageFiles(folder: string): PageFiles {
  const files = new Map<string, PageFile>();
  for (const file of filesUnder(folder)) {
    const contentType = CONTENT_TYPES[extname(file).toLowerCase()];
    if (contentType === undefined) continue;
    const path = `/${relative(folder, file).split(sep).map(encodeURIComponent).join('/')}`;
    files.set(path, { body: readFileSync(file), contentType, cacheControl: cacheControl(path) });
  }
  const index = files.get('/index.html');
  if (index === undefined)
    throw new CascadeError('NOT_BUILT', `The page is not built (${folder}): run \`npm run build\`.`);
  files.set('/', index);
  return files;
}

/** Node's own recursive listing follows links to folders, hence this one. */
function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
}
