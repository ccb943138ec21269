/** Queries that were asked in this browser, the last first. */

const KEY = 'cascade.queries';
const MOST = 50;

export function readQueries(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((query) => typeof query === 'string') : [];
  } catch {
    return [];
  }
}

/** @returns them with the query as the last that was asked; where the browser keeps nothing, they last as long as the page */
export function withQuery(queries: readonly string[], query: string): string[] {
  const now = [query, ...queries.filter((other) => other !== query)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch {
    // Kept nowhere: the list is that of this page.
  }
  return now;
}
