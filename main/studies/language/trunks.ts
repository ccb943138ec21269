import type { Components } from '../../trainer/component.ts';
import type { PlannedRun, RunSpecification } from '../../../common/run-specification.ts';
import type { StudyRules } from './rules.ts';
import { canonicalSpecification } from './canonical-specification.ts';

interface TrunkContext {
  components: Components;
  rules: Pick<StudyRules, 'prunings' | 'sharedEpochs'>;
}

/**
 * Gives every run that shares its first epochs with others its trunk. A run with a previous-mask control is equal to
 * that one until its own last pruning, and leaves it there. Any other leaves the run of the same seed that is the same in
 * everything but prunes nothing and retrains nothing: where one run of the study alone prunes nothing, as a single
 * control does, it is the trunk itself; where none or several do, the trunk is a run of its own, put before them.
 *
 * @param runs a control before every run that it controls
 */
export function withTrunks(runs: readonly PlannedRun[], context: TrunkContext): PlannedRun[] {
  const { components, rules } = context;
  const sharedEpochs = (specification: RunSpecification): number => rules.sharedEpochs(specification, 0);
  const families = new Map<string, Family>();
  const stems = runs.map((run) => {
    const pruned = prunedTrunk(run, runs, context);
    if (pruned) return pruned;
    const trunk = trunkOf(run.specification);
    const key = `${run.seed} ${canonicalSpecification(trunk, components)}`;
    const family = families.get(key) ?? { trunk, seed: run.seed, members: [] };
    families.set(key, family);
    family.members.push(run);
    return family;
  });

  const planned: PlannedRun[] = [];
  const places = new Map<PlannedRun | Family, number>();
  const place = (of: PlannedRun | Family, run: PlannedRun): number => {
    const known = places.get(of);
    if (known !== undefined) return known;
    const index = planned.push(run) - 1;
    places.set(of, index);
    return index;
  };
  const placeOf = (index: number | null): number | null =>
    index === null ? null : places.get(runs[index]!)!;
  for (const [index, run] of runs.entries()) {
    const leaves = leave(run, stems[index]!);
    const [control, previousMask] = [placeOf(run.control), placeOf(run.previousMask)];
    place(run, { ...run, control, previousMask, trunk: leaves });
  }
  return planned;

  function leave(run: PlannedRun, stem: PrunedTrunk | Family): PlannedRun['trunk'] {
    if ('run' in stem) return { run: places.get(stem.run)!, epoch: stem.epoch };
    const shared = sharedEpochs(run.specification);
    const trunk = shared > 0 ? trunkAmong(stem, sharedEpochs) : null;
    if (trunk === 'new') {
      const { trunk: specification, seed } = stem;
      const added = { specification, seed, arms: [], control: null, previousMask: null, trunk: null };
      return { run: place(stem, added), epoch: shared };
    }
    if (trunk === null || trunk === run || !places.has(trunk)) return null;
    return { run: places.get(trunk)!, epoch: shared };
  }
}

/** The previous-mask control as the trunk of its run, and the last epoch that they share. */
interface PrunedTrunk {
  run: PlannedRun;
  epoch: number;
}

function prunedTrunk(
  { specification, previousMask }: PlannedRun,
  runs: readonly PlannedRun[],
  { rules }: TrunkContext,
): PrunedTrunk | null {
  if (previousMask === null) return null;
  const run = runs[previousMask]!;
  const epoch = rules.sharedEpochs(specification, rules.prunings(run.specification));
  return epoch > 0 ? { run, epoch } : null;
}

interface Family {
  trunk: RunSpecification;
  seed: number;
  members: PlannedRun[];
}

/** The member that serves as trunk; 'new' where one has to be added, and null where it would serve nobody. */
function trunkAmong(
  { members }: Family,
  sharedEpochs: (specification: RunSpecification) => number,
): PlannedRun | 'new' | null {
  const unpruned = members.filter(({ specification }) => specification.pruning === null);
  const itself = unpruned.find(({ specification }) => sharedEpochs(specification) === 0);
  if (itself) return itself;
  if (unpruned.length === 1) return unpruned[0]!;
  return members.filter(({ specification }) => sharedEpochs(specification) > 0).length > 1 ? 'new' : null;
}

function trunkOf(specification: RunSpecification): RunSpecification {
  return { ...specification, pruning: null, retraining: { name: 'none' }, rounds: 1, omittedPrunings: 0 };
}
