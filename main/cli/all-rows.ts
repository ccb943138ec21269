import { decodeRows } from '../../common/codec/rows.ts';

/** Rows of all epochs from one on, however many answers they take. */
export async function allRows<T>(
  ask: (from: number) => Promise<Uint8Array<ArrayBuffer>>,
  from = 0,
): Promise<T[]> {
  const parts: T[][] = [];
  for (let next: number | null = from; next !== null;) {
    const answer: { rows: T[]; next: number | null } = decodeRows<T>(await ask(next));
    parts.push(answer.rows);
    next = answer.next;
  }
  return parts.flat();
}
