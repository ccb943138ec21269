import type { ControlKind } from './controls.ts';
import type { RunSummary } from './contract/schemas.ts';

/** The excess of a run that is known last, by threshold, and the epoch that it is of. */
export interface LastExcess {
  shares: Readonly<Record<string, number>>;
  epoch: number;
  /** Whether that is the run's last epoch: an earlier one is never shown as the run's without its name. */
  isCurrent: boolean;
}

type Excessive = Pick<RunSummary, 'excess' | 'excessEpoch' | 'previousMask' | 'epochsDone'>;

/** Over the control of a kind; null without one, or before both have an epoch. */
export function lastExcessOf(run: Excessive, against: ControlKind): LastExcess | null {
  const { excess: shares, excessEpoch: epoch } =
    against === 'dense' ? run : (run.previousMask ?? { excess: null, excessEpoch: null });
  if (shares === null || epoch === null) return null;
  return { shares, epoch, isCurrent: epoch === run.epochsDone };
}

/** Excess of the run's last epoch, at a threshold; null where the last that is known is of an earlier one. */
export function currentExcess(run: Excessive, against: ControlKind, threshold: string): number | null {
  const last = lastExcessOf(run, against);
  return last?.isCurrent ? (last.shares[threshold] ?? null) : null;
}
