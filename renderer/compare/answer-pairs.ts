import type { AnswerSide } from '../../common/groups/answer-pairs.ts';
import type { CompareGroup } from './comparison.ts';

/** The groups, then their runs, where they have several. */
export function sidesOf(groups: readonly CompareGroup[]): AnswerSide[] {
  const used = groups.filter(({ finished }) => finished.length > 0);
  const sides = used.map((group): AnswerSide => ({
    id: group.id,
    title: group.title,
    single: false,
    runs: group.finished.map(({ run }) => ({
      id: run.id,
      seed: run.seed,
      prunes: run.prunes,
      title: `${group.title} · seed ${run.seed}`,
    })),
  }));
  const single = sides
    .filter(({ runs }) => runs.length > 1)
    .flatMap(({ runs }) =>
      runs.map((run): AnswerSide => ({ id: `run ${run.id}`, title: run.title, single: true, runs: [run] })),
    );
  return [...sides, ...single];
}
