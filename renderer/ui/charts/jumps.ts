import type { EpochSummary, LoggedEvent } from '../../../common/contract/schemas.ts';
import { cutsOf, pruningsOf } from '../../format/prunings.ts';
import type { Pruning } from '../../format/prunings.ts';
import type { Jump, Point } from './series.ts';

type JumpsOf = (points: readonly Point[]) => Jump[];

/** How the lines of a run jump where its weights were pruned, or set back. */
export interface RunJumps {
  /** Of test accuracy and test loss, which are evaluated on both sides of a pruning at an epoch's end. */
  accuracy: JumpsOf;
  loss: JumpsOf;
  /** Of the pruned share, which the log tells on both sides. */
  pruned: JumpsOf;
  /** Of what is measured at the ends of epochs alone. */
  unmeasured: JumpsOf;
}

export function jumpsOf(events: readonly LoggedEvent[], epochs: readonly EpochSummary[]): RunJumps {
  const prunings = new Map(pruningsOf(events, epochs).map((pruning) => [pruning.at, pruning]));
  const cuts = cutsOf(events, epochs);
  const along =
    (before: (pruning: Pruning) => number | null, after: (pruning: Pruning) => number | null): JumpsOf =>
    (points) => {
      const measured = new Map(points);
      return cuts.map(({ at, kind }): Jump => {
        const value = measured.get(at) ?? null;
        // An epoch is measured after its pruning, and before its weights are set back.
        if (kind === 'rewound') return { at, before: value, after: null };
        const pruning = prunings.get(at)!;
        return { at, before: before(pruning), after: value ?? after(pruning) };
      });
    };
  const nowhere = () => null;
  return {
    accuracy: along(({ accuracyBefore }) => accuracyBefore, nowhere),
    loss: along(({ lossBefore }) => lossBefore, nowhere),
    pruned: along(
      ({ prunedBefore }) => prunedBefore,
      ({ prunedAfter }) => prunedAfter,
    ),
    unmeasured: along(nowhere, nowhere),
  };
}
