import type { EpochSummary, LoggedEvent } from '../../common/contract/schemas.ts';

/** A pruning as the log tells of it; what the log of an earlier version did not tell is null. */
export interface Pruning {
  /** When, in epochs: whole at an epoch's end, a fraction within one. */
  at: number;
  /** On the test set, just before and just after; null within an epoch, where nothing is evaluated. */
  accuracyBefore: number | null;
  lossBefore: number | null;
  /** Share of all prunable weights that were pruned before and after it. */
  prunedBefore: number | null;
  prunedAfter: number | null;
}

/** Something that took the weights elsewhere at one instant. */
export interface Cut {
  at: number;
  kind: 'pruned' | 'rewound';
}

const numberOf = (event: LoggedEvent, key: string): number | null => {
  const value = event.data[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};

/** When an event was, in epochs; null where it is of none. */
export function momentOf(event: LoggedEvent, epochs: readonly EpochSummary[]): number | null {
  if (event.epoch === null) return null;
  const step = numberOf(event, 'step');
  if (step === null) return event.epoch;
  const steps = epochs.find(({ epoch }) => epoch === event.epoch)?.steps;
  return steps ? event.epoch - 1 + step / steps : event.epoch - 0.5;
}

/** All prunings in order, each once: a resumed run tells of one again. */
export function pruningsOf(events: readonly LoggedEvent[], epochs: readonly EpochSummary[]): Pruning[] {
  const told = new Map<number, LoggedEvent>();
  for (const event of events) {
    const at = event.kind === 'pruned' ? momentOf(event, epochs) : null;
    if (at !== null) told.set(at, event);
  }
  let pruned: number | null = 0;
  return [...told]
    .sort(([one], [other]) => one - other)
    .map(([at, event]) => {
      const [count, all] = [numberOf(event, 'prunedWeights'), numberOf(event, 'prunableWeights')];
      const prunedAfter = count === null || all === null || all === 0 ? null : count / all;
      const prunedBefore = pruned;
      pruned = prunedAfter;
      return {
        at,
        accuracyBefore: numberOf(event, 'testAccuracyBefore'),
        lossBefore: numberOf(event, 'testLossBefore'),
        prunedBefore,
        prunedAfter,
      };
    });
}

/** When weights were pruned, or set back to what they were: lines of what was not measured on both sides are broken there. */
export function cutsOf(events: readonly LoggedEvent[], epochs: readonly EpochSummary[]): Cut[] {
  const cuts = pruningsOf(events, epochs).map(({ at }): Cut => ({ at, kind: 'pruned' }));
  const rewound = new Set(
    events.flatMap(({ kind, epoch }) =>
      (kind === 'rewound' || kind === 'reinitialised') && epoch !== null ? [epoch] : [],
    ),
  );
  return [...cuts, ...[...rewound].map((at): Cut => ({ at, kind: 'rewound' }))].sort(
    (one, other) => one.at - other.at,
  );
}
