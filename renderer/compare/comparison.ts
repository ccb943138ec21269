import { computed, inject, provide, ref } from 'vue';
import type { InjectionKey, Ref } from 'vue';
import type { FieldCatalogue } from '../../common/fields/catalogue.ts';
import type { Field, FieldSource } from '../../common/fields/field.ts';
import { groupLooks, type LookSource } from '../../common/groups/group-looks.ts';
import { groupRuns } from '../../common/groups/groups.ts';
import { SEEDS_FOLDED } from '../../common/groups/keys.ts';
import type { Spread } from '../../common/statistics/spread.ts';
import { fieldText } from '../format/fields.ts';
import type { RunLook } from '../../common/run-looks.ts';
import { armOf, studyOf } from '../format/runs.ts';

/** Runs that are compared as one: their mean is a line, a point, a row. */
export interface CompareGroup {
  id: string;
  title: string;
  look: RunLook;
  /** Under which a look by hand is kept; null where it cannot be. */
  lookName: string | null;
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

export function offerComparison(given: Omit<Comparison, 'hovered'>): Comparison {
  const comparison: Comparison = { ...given, hovered: ref(null) };
  provide(KEY, comparison);
  return comparison;
}

export function useComparison(): Comparison {
  const comparison = inject(KEY);
  if (comparison === undefined) throw new Error('No comparison was offered to this pane.');
  return comparison;
}

/** Groups of the shown runs, each with the look that it has among all runs: no two of them look alike. */
export function compareGroups(
  sources: readonly FieldSource[],
  all: readonly FieldSource[],
  fields: readonly Field[],
  threshold: string,
  looks: LookSource,
): CompareGroup[] {
  const keys = fields.map((field) => ({ field, threshold }));
  const groups = groupRuns(sources, keys);
  const look = groupLooks(all, keys, new Set(groups.map(({ id }) => id)), looks);
  return groups.map(({ id, values, sources: members }) => {
    const title = fields
      .map((field, index) => {
        if (field.id !== SEEDS_FOLDED) return `${field.title} ${fieldText(field, values[index]!)}`;
        const { run } = members[0]!;
        return `${studyOf(run)} · ${armOf(run)}`;
      })
      .join(' · ');
    const own = look.get(id)!;
    return {
      id,
      title,
      look: own.look,
      lookName: own.name,
      sources: members,
      finished: members.filter(({ run }) => run.state === 'finished'),
      unfinished: members.filter(({ run }) => run.state !== 'finished'),
    };
  });
}

/** Ids of groups from a text of the address; none of a text that is no list of them. */
export function readIds(text: string): ReadonlySet<string> {
  try {
    const found: unknown = text === '' ? [] : JSON.parse(text);
    return new Set(Array.isArray(found) ? found.filter((id) => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}

/** Ids of the runs that are in means. */
export function useMeantRuns({ groups }: Comparison): Readonly<Ref<readonly string[]>> {
  return computed(() => [
    ...new Set(groups.value.flatMap(({ finished }) => finished.map(({ run }) => run.id))),
  ]);
}

/**
 * The group that a line is of: ids of its seeds, raw and control lines begin with the group's. An id of a group is a list in JSON, so
 * none begins with another.
 */
export function groupOfLine(groups: readonly CompareGroup[], line: string | null): string | null {
  return groups.find(({ id }) => line?.startsWith(id) === true)?.id ?? null;
}

/** Of how many runs the means are: 'n = 5', or 'n = 3–5'; empty where no run has finished. */
export function countsOf(groups: readonly CompareGroup[]): { text: string; most: number } {
  const sizes = groups.map(({ finished }) => finished.length).filter((n) => n > 0);
  if (sizes.length === 0) return { text: '', most: 0 };
  const [least, most] = [
    sizes.reduce((one, other) => Math.min(one, other)),
    sizes.reduce((one, other) => Math.max(one, other)),
  ];
  return { text: `n = ${least === most ? least : `${least}–${most}`}`, most };
}
