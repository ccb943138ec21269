/** A run's id: the hash of its specification, and its seed. Runs of one hash differ in nothing but their seeds. */
export function runId(hash: string, seed: number): string {
  return `${hash}-s${seed}`;
}

/** The ids that a name means: the one that it is itself, or all that begin with it. */
export function idsMeant(name: string, ids: readonly string[]): string[] {
  return ids.includes(name) ? [name] : ids.filter((id) => id.startsWith(name));
}
