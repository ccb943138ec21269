import type { WeightHistory, WeightHistoryAsked } from './weight-schemas.ts';

/**
 * A weight's history part by part, as many epochs as each answer has time for, until all are told or nobody takes more.
 *
 * @param ask the contract's call
 */
export async function* weightParts(
  ask: (asked: WeightHistoryAsked) => Promise<WeightHistory>,
  asked: WeightHistoryAsked,
): AsyncGenerator<WeightHistory, void, void> {
  for (let from: number | null = asked.from; from !== null;) {
    const part: WeightHistory = await ask({ ...asked, from });
    yield part;
    from = part.next;
  }
}

/** Two parts that follow one another as one. */
export function joinedParts(before: WeightHistory | null, next: WeightHistory): WeightHistory {
  if (before === null) return next;
  return {
    epochs: [...before.epochs, ...next.epochs],
    states: [...before.states, ...next.states],
    values: [...before.values, ...next.values],
    unreadable: [...before.unreadable, ...next.unreadable],
    sigma: next.sigma ?? before.sigma,
    next: next.next,
  };
}
