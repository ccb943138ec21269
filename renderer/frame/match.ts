/** Entries whose name or group holds every word of the query, those that start with it first. */
export function matching<T extends { name: string; group: string }>(
  entries: readonly T[],
  query: string,
): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  const rank = (entry: T) => (entry.name.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return entries
    .filter((entry) => {
      const text = `${entry.name} ${entry.group}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => rank(one) - rank(other));
}
