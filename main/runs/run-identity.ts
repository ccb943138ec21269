import { createHash } from 'node:crypto';
import { runId } from '../base/run-id.ts';

/** Raised only when the same specification would give other numbers than before: every run then gets another id. */
const NUMERICS = 1;

/**
 * A run's identity: the first 12 hexadecimal digits of the SHA-256 of its canonical specification (defaults left out),
 * and its seed.
 */
export function runIdentity(canonicalSpecification: string, seed: number): { hash: string; id: string } {
  const hash = createHash('sha256')
    .update(`${NUMERICS}\n${canonicalSpecification}`)
    .digest('hex')
    .slice(0, 12);
  return { hash, id: runId(hash, seed) };
}
