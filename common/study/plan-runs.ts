import type { Catalogue } from '../catalogue.ts';
import type { PlannedRun, RunSpecification } from '../run-specification.ts';
import type { Arm } from './expand.ts';
import { canonicalSpecification } from './identity.ts';

interface Identified {
  specification: RunSpecification;
  key: string;
}

/**
 * Arms × seeds as runs, with the control twin of every pruned arm that wants one: the same in everything, σ of its
 * layers taken after the same epoch, with nothing pruned. An unpruned arm that is a control but for where σ is taken is
 * that control; of several, the one whose σ is taken first. Equal runs are one, whichever arms ask for it. A control
 * stands before every run that it controls.
 */
export function planRuns(arms: readonly Arm[], seeds: readonly number[], catalogue: Catalogue): PlannedRun[] {
  const identified = (specification: RunSpecification): Identified => ({
    specification,
    key: canonicalSpecification(specification, catalogue),
  });
  const twinOf = new Map<string, Identified>();
  const twinsWithoutReference = new Map<string, Identified>();
  for (const { specification, control } of arms) {
    if (specification.pruning === null || !control) continue;
    const twin = identified({ ...specification, pruning: null });
    twinOf.set(identified(specification).key, twin);
    const { key } = identified({ ...twin.specification, referenceEpoch: 0 });
    const known = twinsWithoutReference.get(key)?.specification.referenceEpoch ?? Infinity;
    if (specification.referenceEpoch < known) twinsWithoutReference.set(key, twin);
  }
  const planned = arms.map(({ name, specification }) => {
    const own = identified(specification);
    return { name, run: specification.pruning === null ? (twinsWithoutReference.get(own.key) ?? own) : own };
  });

  const runs: PlannedRun[] = [];
  const known = new Map<string, number>();
  const ensure = ({ specification, key }: Identified, seed: number, control: number | null): number => {
    const place = `${seed} ${key}`;
    const index = known.get(place) ?? runs.push({ specification, seed, arms: [], control, trunk: null }) - 1;
    known.set(place, index);
    return index;
  };
  for (const seed of seeds)
    for (const { name, run } of planned) {
      const twin = twinOf.get(run.key);
      const control = twin === undefined ? null : ensure(twin, seed, null);
      runs[ensure(run, seed, control)]?.arms.push(name);
    }
  return runs;
}
