import type { Components } from '../../trainer/component.ts';
import type { PlannedRun, RunSpecification } from '../../../common/run-specification.ts';
import type { Arm, StudyRules } from './rules.ts';
import { canonicalSpecification } from './canonical-specification.ts';
import { linkControls, type ControlLinks, type Identified } from './link-controls.ts';

/**
 * Arms × seeds as runs, with the controls that each pruned arm asks for. An unpruned arm that is a dense control but for
 * where σ is taken is that control; of several, the one whose σ is taken first. Equal runs are one, whichever arms ask
 * for it. A control stands before every run that it controls.
 */
export function runsOfArms(
  arms: readonly Arm[],
  seeds: readonly number[],
  { components, rules }: { components: Components; rules: Pick<StudyRules, 'prunings'> },
): PlannedRun[] {
  const identified = (specification: RunSpecification): Identified => ({
    specification,
    key: canonicalSpecification(specification, components),
  });
  const links = new Map<string, ControlLinks>();
  for (const { specification, controls } of arms)
    if (specification.pruning !== null) linkControls(links, specification, controls, { identified, rules });
  const twinsWithoutReference = new Map<string, Identified>();
  for (const { dense: twin } of links.values()) {
    if (twin === null) continue;
    const { key } = identified({ ...twin.specification, referenceEpoch: 0 });
    const known = twinsWithoutReference.get(key)?.specification.referenceEpoch ?? Infinity;
    if (twin.specification.referenceEpoch < known) twinsWithoutReference.set(key, twin);
  }
  const planned = arms.map(({ name, specification }) => {
    const own = identified(specification);
    return { name, run: specification.pruning === null ? (twinsWithoutReference.get(own.key) ?? own) : own };
  });

  const runs: PlannedRun[] = [];
  const known = new Map<string, number>();
  const ensure = ({ specification, key }: Identified, seed: number): number => {
    const place = `${seed} ${key}`;
    const index = known.get(place);
    if (index !== undefined) return index;
    const { dense = null, previousMask = null } = links.get(key) ?? {};
    const control = dense && ensure(dense, seed);
    const previous = previousMask && ensure(previousMask, seed);
    const run = { specification, seed, arms: [], control, previousMask: previous, trunk: null };
    const added = runs.push(run) - 1;
    known.set(place, added);
    return added;
  };
  for (const seed of seeds) for (const { name, run } of planned) runs[ensure(run, seed)]!.arms.push(name);
  return runs;
}
