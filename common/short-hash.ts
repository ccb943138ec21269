/** As much of a hash of data as a person compares. */
export function shortHash(hash: string): string {
  return hash.slice(0, 8);
}
