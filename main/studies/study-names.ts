import { maskOriginOf } from '../base/mask-source.ts';
import type { NamedOptions, RunSpecification } from '../../common/run-specification.ts';
import { readStudyArms } from './language/index.ts';
import { components } from '../trainer/components.ts';

/** What a study names that has to be looked up before its rules can be asked, each once. */
export interface StudyNames {
  datasets: NamedOptions[];
  /** Runs whose masks it takes: ids, or beginnings of them. */
  runs: string[];
}

/** Names in the arms of a study, as far as its text alone tells. */
export function namesIn(text: string): StudyNames {
  const datasets = new Map<string, NamedOptions>();
  const runs = new Set<string>();
  const note = (specification: RunSpecification): void => {
    datasets.set(JSON.stringify(specification.dataset), specification.dataset);
    const run = maskOriginOf(specification)?.run;
    if (run) runs.add(run);
  };
  readStudyArms(text, components, {
    check: (specification) => (note(specification), []),
    prunings: () => 0,
    derive: () => ({}),
    settleMasks: (specification) => ({ specification, problems: [] }),
  });
  return { datasets: [...datasets.values()], runs: [...runs] };
}
