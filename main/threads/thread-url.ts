import { existsSync } from 'node:fs';

/** Worker threads of the main process, and the process of a query: the name of the built file → the source file, seen from here. */
const SOURCES = {
  trainer: '../trainer/thread.ts',
  images: '../trainer/data/streams/thread.ts',
  writer: '../workspace/writer/thread.ts',
  reader: '../workspace/reader/thread.ts',
  checker: '../workspace/checker/thread.ts',
  exchange: '../workspace/exchange/thread.ts',
  query: '../workspace/query/child.ts',
  background: '../background/thread.ts',
} as const;

export type ThreadName = keyof typeof SOURCES;

/**
 * Where a worker thread's code lies. The build puts every entry flat into out/main, while shared chunks
 * (this module among them) may lie a folder deeper; run from source, Node strips the types itself.
 */
export function threadUrl(name: ThreadName): URL {
  if (import.meta.url.endsWith('.ts')) return new URL(SOURCES[name], import.meta.url);
  const beside = new URL(`${name}.js`, import.meta.url);
  return existsSync(beside) ? beside : new URL(`../${name}.js`, import.meta.url);
}
