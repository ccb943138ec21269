import { computed, inject, provide, ref, shallowRef } from 'vue';
import type { InjectionKey, Ref } from 'vue';
import type { FieldCatalogue } from '../../common/fields/catalogue.ts';
import type { Field, FieldSource } from '../../common/fields/field.ts';
import { groupRuns } from '../../common/groups/groups.ts';
import { SEEDS_FOLDED } from '../../common/groups/keys.ts';
import type { Spread } from '../../common/statistics/spread.ts';
import { fieldText } from '../format/fields.ts';
import { lookOfPlace, type RunLook } from '../format/run-look.ts';
import { armOf, studyOf } from '../format/runs.ts';
import type { Workstation } from '../stores/workstation.ts';

/** Runs that are compared as one: their mean is a line, a point, a row. */
export interface CompareGroup {
  id: string;
  title: string;
  look: RunLook;
  /** Those that are in means. */
  finished: readonly FieldSource[];
  /** Those that are not, because they have not finished. */
  unfinished: readonly FieldSource[];
  sources: readonly FieldSource[];
}

/** What all panes of a comparison show alike: a hover or a selection in one is one in all. */
export interface Comparison {
  groups: Readonly<Ref<readonly CompareGroup[]>>;
  /** What the runs have in common that are one group. */
  keys: Readonly<Ref<readonly Field[]>>;
  /** Which runs are compared. */
  query: Readonly<Ref<string>>;
  catalogue: Readonly<Ref<FieldCatalogue>>;
  spread: Readonly<Ref<Spread>>;
  threshold: Readonly<Ref<string>>;
  /** Labels of the thresholds that runs are measured at. */
  thresholds: Readonly<Ref<readonly string[]>>;
  /** Ids of groups. */
  hovered: Ref<string | null>;
  selected: Ref<ReadonlySet<string>>;
}

const KEY: InjectionKey<Comparison> = Symbol('comparison');

export function offerComparison(given: Omit<Comparison, 'hovered' | 'selected'>): Comparison {
  const comparison: Comparison = { ...given, hovered: ref(null), selected: shallowRef(new Set()) };
  provide(KEY, comparison);
  return comparison;
}

export function useComparison(): Comparison {
  const comparison = inject(KEY);
  if (comparison === undefined) throw new Error('No comparison was offered to this pane.');
  return comparison;
}

/** Groups in the order of their titles' studies and places; each with the look of its arm, or of its own place where it is of several. */
export function compareGroups(
  sources: readonly FieldSource[],
  fields: readonly Field[],
  threshold: string,
  workstation: Pick<Workstation, 'look'>,
): CompareGroup[] {
  const groups = groupRuns(
    sources,
    fields.map((field) => ({ field, threshold })),
  );
  const taken = new Set<string>();
  return groups.map(({ id, values, sources: members }, place) => {
    const title = fields
      .map((field, index) => {
        if (field.id !== SEEDS_FOLDED) return `${field.title} ${fieldText(field, values[index]!)}`;
        const { run } = members[0]!;
        return `${studyOf(run)} · ${armOf(run)}`;
      })
      .join(' · ');
    const arms = new Set(members.map(({ run }) => run.hash));
    let look = arms.size === 1 ? workstation.look(members[0]!.run) : lookOfPlace(place);
    // Arms of two studies may look alike: within a comparison no two groups do.
    for (let next = place; taken.has(nameOf(look)) && next < place + 70; next++) look = lookOfPlace(next);
    taken.add(nameOf(look));
    return {
      id,
      title,
      look,
      sources: members,
      finished: members.filter(({ run }) => run.state === 'finished'),
      unfinished: members.filter(({ run }) => run.state !== 'finished'),
    };
  });
}

function nameOf({ color, marker, dash }: RunLook): string {
  return `${color} ${marker ?? ''} ${dash}`;
}

/** Ids of the runs that are in means. */
export function useMeantRuns({ groups }: Comparison): Readonly<Ref<readonly string[]>> {
  return computed(() => [
    ...new Set(groups.value.flatMap(({ finished }) => finished.map(({ run }) => run.id))),
  ]);
}
