import { createHash } from 'node:crypto';
import type { Collected } from './collect/collect.ts';

/** Of the numbers that are drawn: equal for equal numbers, whatever the style and the looks that people chose. */
export function dataHashOf({ data, facts }: Pick<Collected, 'data' | 'facts'>): string {
  return createHash('sha256')
    .update(JSON.stringify({ data, facts }, (key, value: unknown) => (key === 'look' ? undefined : value)))
    .digest('hex');
}
