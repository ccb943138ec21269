import type { Catalogue } from '../catalogue.ts';
import type { PlannedRun, RunSpecification } from '../run-specification.ts';
import type { Arm, StudyRules } from './expand.ts';
import { canonicalSpecification } from './identity.ts';

/**
 * Arms × seeds as runs, with the control twin of every pruned arm that wants one: the same in everything, with nothing
 * pruned. Equal runs are one, whichever arms ask for it; a control stands before every run that it controls.
 */
export function planRuns(
  arms: readonly Arm[],
  seeds: readonly number[],
  catalogue: Catalogue,
  rules: StudyRules,
): PlannedRun[] {
  const twins = arms
    .filter(({ specification, control }) => specification.pruning !== null && control)
    .map(({ specification }) => controlOf(specification, rules))
    .sort((a, b) => a.referenceEpoch - b.referenceEpoch);
  const identity = (specification: RunSpecification): string =>
    canonicalSpecification(specification, catalogue);

  const planned = arms.map(({ name, specification, control }) => {
    if (specification.pruning !== null) {
      const twin = control ? controlOf(specification, rules) : null;
      return { name, specification, key: identity(specification), twin };
    }
    // An unpruned arm that is a control but for where σ is taken, is that control.
    const asTwin = twins.find((twin) => identity({ ...twin, referenceEpoch: 0 }) === identity(specification));
    const own = asTwin ?? specification;
    return { name, specification: own, key: identity(own), twin: null };
  });
  const twinOf = new Map(planned.flatMap(({ key, twin }) => (twin === null ? [] : [[key, twin] as const])));

  const runs: PlannedRun[] = [];
  const known = new Map<string, number>();
  const ensure = (
    specification: RunSpecification,
    seed: number,
    key: string,
    control: number | null,
  ): number => {
    const place = `${seed} ${key}`;
    const index = known.get(place) ?? runs.push({ specification, seed, arms: [], control }) - 1;
    known.set(place, index);
    return index;
  };
  for (const seed of seeds)
    for (const { name, specification, key } of planned) {
      const twin = twinOf.get(key);
      const control = twin === undefined ? null : ensure(twin, seed, identity(twin), null);
      runs[ensure(specification, seed, key, control)]?.arms.push(name);
    }
  return runs;
}

/** The control twin of a pruned specification; σ of its layers is taken when the pruned run takes it. */
function controlOf(specification: RunSpecification, rules: StudyRules): RunSpecification {
  return { ...specification, pruning: null, referenceEpoch: rules.firstPruningEpoch(specification) ?? 0 };
}
