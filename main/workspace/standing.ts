import type { Progress, RunState, RunSummary } from '../../common/contract/schemas.ts';

/** What is known of a run beside what is stored of it, as long as it trains, or the disk does not take its state. */
export interface Standing {
  id: string;
  /** A state that is not written yet. */
  unsaved: { state: RunState; reason: string | null } | null;
  /** What it is at before its first step, where that takes a while. */
  preparing: string | null;
  progress: Progress | null;
}

/** A stored run as it is now. */
export function standingNow(run: RunSummary, standing: Standing | undefined): RunSummary {
  const now = standing?.unsaved ? { ...run, ...standing.unsaved } : run;
  if (!standing || !isActive(now.state)) return now;
  return { ...now, reason: now.reason ?? standing.preparing, progress: standing.progress };
}

function isActive(state: RunState): boolean {
  return state === 'running' || state === 'paused';
}
