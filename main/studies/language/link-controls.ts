import type { ArmControls } from '../../../common/controls.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import type { StudyRules } from './rules.ts';

/** A specification with its canonical text. */
export interface Identified {
  specification: RunSpecification;
  key: string;
}

/** The controls of a run, null where nobody asks for them. */
export interface ControlLinks {
  dense: Identified | null;
  previousMask: Identified | null;
}

/**
 * Adds the controls that an arm asks for to those known so far, by the key of the run that has them. Of a run that prunes
 * once, the mask before is the whole network: its dense control is asked for. A previous-mask control prunes itself, and
 * is compared with the dense control too where that is there; with `every`, also with the mask before its own last
 * pruning, and so on.
 *
 * @param specification of a run that prunes
 */
export function linkControls(
  links: Map<string, ControlLinks>,
  specification: RunSpecification,
  { dense, previousMask }: ArmControls,
  {
    identified,
    rules,
  }: {
    identified: (specification: RunSpecification) => Identified;
    rules: Pick<StudyRules, 'prunings'>;
  },
): void {
  const twin = identified({ ...specification, pruning: null, omittedPrunings: 0 });
  const all = rules.prunings(specification);
  let run = identified(specification);
  for (let step = 0; step < Math.max(1, all); step++) {
    const link = links.get(run.key) ?? { dense: null, previousMask: null };
    links.set(run.key, link);
    const wantsPrevious = previousMask === 'every' || (previousMask === 'last' && step === 0);
    const prunesOnce = all - step <= 1;
    if (dense || (wantsPrevious && prunesOnce)) link.dense = twin;
    if (!wantsPrevious || prunesOnce) return;
    link.previousMask = identified({ ...specification, omittedPrunings: step + 1 });
    run = link.previousMask;
  }
}
