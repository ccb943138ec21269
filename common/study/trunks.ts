import type { Catalogue } from '../catalogue.ts';
import type { PlannedRun, RunSpecification } from '../run-specification.ts';
import { canonicalSpecification } from './identity.ts';

/**
 * Gives every run that shares its first epochs with others its trunk: the run of the same seed that is the same in
 * everything but prunes nothing and retrains nothing. Where one run of the study alone prunes nothing, as a single
 * control does, it is the trunk itself; where none or several do, the trunk is a run of its own, put before them.
 *
 * @param runs a control before every run that it controls
 * @param sharedEpochs whole epochs that a run shares with its trunk; 0 for none
 */
export function withTrunks(
  runs: readonly PlannedRun[],
  sharedEpochs: (specification: RunSpecification) => number,
  catalogue: Catalogue,
): PlannedRun[] {
  const families = new Map<string, Family>();
  const familyOf = runs.map((run) => {
    const trunk = trunkOf(run.specification);
    const key = `${run.seed} ${canonicalSpecification(trunk, catalogue)}`;
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
  for (const [index, run] of runs.entries()) {
    const family = familyOf[index]!;
    const shared = sharedEpochs(run.specification);
    const trunk = shared > 0 ? trunkAmong(family, sharedEpochs) : null;
    const control = run.control === null ? null : places.get(runs[run.control]!)!;
    let leaves: PlannedRun['trunk'] = null;
    if (trunk === 'new') {
      const { specification, seed } = { specification: family.trunk, seed: family.seed };
      const at = place(family, { specification, seed, arms: [], control: null, trunk: null });
      leaves = { run: at, epoch: shared };
    } else if (trunk !== null && trunk !== run && places.has(trunk))
      leaves = { run: places.get(trunk)!, epoch: shared };
    place(run, { ...run, control, trunk: leaves });
  }
  return planned;
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
  return { ...specification, pruning: null, retraining: { name: 'none' }, rounds: 1 };
}
