import { createHash } from 'node:crypto';
import type { Collected } from './collect/collect.ts';

/** Of the numbers that are drawn: equal for equal numbers, whatever the style. */
export function dataHashOf({ data, facts }: Pick<Collected, 'data' | 'facts'>): string {
  return createHash('sha256').update(JSON.stringify({ data, facts })).digest('hex');
}
