import type { RunState, RunSummary } from '../../common/contract/schemas.ts';

const OPEN: readonly RunState[] = ['queued', 'running', 'paused'];

export interface EndedStudy {
  study: string;
  /** In words: '3 finished, 1 failed'. */
  how: string;
}

/** Tells which studies have ended since it was last asked: those that had runs to come, and have none any more. */
export function endedStudies(): (runs: readonly RunSummary[]) => EndedStudy[] {
  let open = new Set<string>();
  return (runs) => {
    const now = new Set(studiesOf(runs.filter(({ state }) => OPEN.includes(state))));
    const ended = [...open].filter((study) => !now.has(study));
    open = now;
    return ended.flatMap((study) => {
      const own = runs.filter((run) => run.memberships.some((each) => each.study === study));
      // One whose runs were deleted has not ended.
      return own.length === 0 ? [] : [{ study, how: wordsOf(own) }];
    });
  };
}

function studiesOf(runs: readonly RunSummary[]): string[] {
  return runs.flatMap((run) => run.memberships.map(({ study }) => study));
}

function wordsOf(runs: readonly RunSummary[]): string {
  const counts = new Map<RunState, number>();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}
