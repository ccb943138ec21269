/**
 * Levels of detail: more epochs than a chart has room for are told in spans of equally many, each by two records. Of every
 * number they hold the lowest and the highest within the span, in the order in which those came, so that no peak is lost.
 */

/** Epochs [from, to]. */
export interface EpochRange {
  from: number;
  to: number;
}

/** Epochs in a span, so that all of them together make `most` records at most; 1 where each epoch is told by itself. */
export function spanFor(epochs: number, most: number): number {
  return epochs <= most ? 1 : Math.ceil(epochs / Math.max(1, Math.floor(most / 2)));
}

/** Two records for each span: of its first epoch and of its last. What is no number is that of the first. */
export function inSpans<T extends { epoch: number }>(rows: readonly T[], span: number): T[] {
  const told: T[] = [];
  for (let from = 0; from < rows.length; from += span) {
    const within = rows.slice(from, from + span);
    const [first, last] = extremes(within) as [T, T];
    told.push({ ...first, epoch: within[0]!.epoch });
    if (within.length > 1) told.push({ ...last, epoch: within.at(-1)!.epoch });
  }
  return told;
}

/** The lowest and the highest of each number within the values, in the order in which they came. */
function extremes(values: readonly unknown[]): [unknown, unknown] {
  const sample = values.find((value) => value !== null && value !== undefined);
  if (typeof sample === 'number') return extremeNumbers(values as (number | null)[]);
  if (Array.isArray(sample)) {
    const pairs = sample.map((_, index) =>
      extremes(values.map((value) => (value as unknown[] | null)?.[index])),
    );
    return [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
  }
  if (typeof sample === 'object' && sample !== null) {
    const pairs = Object.keys(sample).map(
      (key) =>
        [key, extremes(values.map((value) => (value as Record<string, unknown> | null)?.[key]))] as const,
    );
    return [
      Object.fromEntries(pairs.map(([key, [one]]) => [key, one])),
      Object.fromEntries(pairs.map(([key, [, other]]) => [key, other])),
    ];
  }
  return [sample ?? null, sample ?? null];
}

function extremeNumbers(values: readonly (number | null)[]): [number | null, number | null] {
  let [lowest, highest] = [-1, -1];
  values.forEach((value, index) => {
    if (value === null || value === undefined || Number.isNaN(value)) return;
    if (lowest < 0 || value < values[lowest]!) lowest = index;
    if (highest < 0 || value > values[highest]!) highest = index;
  });
  if (lowest < 0) return [values[0] ?? null, values[0] ?? null];
  return lowest < highest ? [values[lowest]!, values[highest]!] : [values[highest]!, values[lowest]!];
}
