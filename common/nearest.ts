import { distance } from 'fastest-levenshtein';

/** Nobody misspells a name at this length, and to compare a long text with many names takes long. */
const LONGEST_MISSPELT = 200;

/** The name that is near enough to be meant by what was found; null for none, or for itself. */
export function nearestName(found: string, names: readonly string[]): string | null {
  if (found.length > LONGEST_MISSPELT) return null;
  const plain = (text: string): string => text.toLowerCase().replace(/[-_\s]/g, '');
  const ranked = names
    .map((name) => ({ name, far: distance(plain(found), plain(name)) }))
    .sort((a, b) => a.far - b.far)[0];
  if (ranked === undefined || found === ranked.name) return null;
  const start = plain(ranked.name).startsWith(plain(found)) && found.length >= 3;
  return start || ranked.far <= Math.max(1, Math.floor(ranked.name.length * 0.4)) ? ranked.name : null;
}
