/** Epochs `from`, `from + every` and so on, up to and with `to`. */
export interface EpochSpan {
  from: number;
  to: number;
  every: number;
}

/** Rising epochs as spans: those of checkpoints and prunings are regular, so that a hundred thousand of them are a few. */
export function epochSpans(epochs: readonly number[]): EpochSpan[] {
  const spans: EpochSpan[] = [];
  for (const epoch of epochs) {
    const last = spans.at(-1);
    if (last && last.from === last.to) Object.assign(last, { to: epoch, every: epoch - last.from });
    else if (last && epoch === last.to + last.every) last.to = epoch;
    else spans.push({ from: epoch, to: epoch, every: 1 });
  }
  return spans;
}

/** The epochs of spans, each by itself. */
export function epochsIn(spans: readonly EpochSpan[]): number[] {
  return spans.flatMap(({ from, to, every }) =>
    Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every),
  );
}

export function hasEpoch(spans: readonly EpochSpan[], epoch: number): boolean {
  return spans.some(({ from, to, every }) => epoch >= from && epoch <= to && (epoch - from) % every === 0);
}

/** As text, such as '0 to 90 by 10, 91, 100'. */
export function epochSpansText(spans: readonly EpochSpan[]): string {
  return spans
    .map(({ from, to, every }) => {
      if (from === to) return String(from);
      if (to === from + every) return `${from}, ${to}`;
      return every === 1 ? `${from} to ${to}` : `${from} to ${to} by ${every}`;
    })
    .join(', ');
}
