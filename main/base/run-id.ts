/** A run's id: the hash of its specification, and its seed. Runs of one hash differ in nothing but their seeds. */
export function runId(hash: string, seed: number): string {
  return `${hash}-s${seed}`;
}

/** Whether a name is the hash of a specification, without a seed. */
export function isHash(name: string): boolean {
  return /^[0-9a-f]{12}$/.test(name);
}

/** The ids that a name means: the one that it is itself, or all that begin with it. */
export function idsMeant(name: string, ids: readonly string[]): string[] {
  return ids.includes(name) ? [name] : ids.filter((id) => id.startsWith(name));
}
