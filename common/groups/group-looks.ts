import { documentName } from '../contract/document-schemas.ts';
import type { FieldSource } from '../fields/field.ts';
import { distinctLooks, lookOfPlace, sameLook, type RunLook } from '../run-looks.ts';
import { groupRuns, type Group, type GroupKey } from './groups.ts';
import { fieldText } from './keys.ts';

/** Looks of groups of runs, the same in the window and in figures, whatever else is shown. */
export interface GroupLook {
  look: RunLook;
  /** Whether a person chose it. */
  byHand: boolean;
  /** Under which a person's choice is kept; null where the keys have too many words for a name. */
  name: string | null;
}

/** Where looks come from: what a person chose, by its name, and the look of a run. */
export interface LookSource {
  chosen: ReadonlyMap<string, RunLook>;
  look: (run: FieldSource['run']) => RunLook;
}

/**
 * A group of one specification has the look of its arm; another its own by its age among all groups of these keys, so that no
 * filter changes it.
 *
 * @param all runs of the workspace @param shown ids of groups; of two that would look alike the younger gives way
 */
export function groupLooks(
  all: readonly FieldSource[],
  keys: readonly GroupKey[],
  shown: ReadonlySet<string>,
  { chosen, look }: LookSource,
): ReadonlyMap<string, GroupLook> {
  const byAge = [...all].sort(
    ({ run: one }, { run: other }) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1),
  );
  let place = 0;
  const found = groupRuns(byAge, keys).map((group) => {
    const name = lookNameOf(group, keys);
    const byHand = name === null ? undefined : chosen.get(name);
    const looks = group.sources.map(({ run }) => look(run));
    const alike = looks.every((each) => sameLook(each, looks[0]!));
    const arm = byHand && group.sources.some(({ run }) => run.hash === name);
    // A control that has a colour by hand is dashed all the same.
    const own = arm || (!byHand && alike) ? looks[0]! : (byHand ?? lookOfPlace(place++));
    return { id: group.id, name, byHand: byHand !== undefined, look: own };
  });
  const groups = found.filter(({ id }) => shown.has(id));
  const distinct = distinctLooks(groups);
  return new Map(groups.map(({ id, name, byHand }) => [id, { name, byHand, look: distinct.get(id)! }]));
}

/** The hash of a specification, or what the runs have in common: 'criterion=magnitude'. */
function lookNameOf({ sources, values }: Group, keys: readonly GroupKey[]): string | null {
  const hashes = new Set(sources.map(({ run }) => run.hash));
  const [hash] = hashes;
  if (hashes.size === 1) return hash!;
  const text = keys.map((key, index) => `${fieldText(key)}=${values[index]!.join(',')}`).join(' ');
  return documentName.safeParse(text).data ?? null;
}
