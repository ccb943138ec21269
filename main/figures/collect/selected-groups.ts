import { Specifications } from '../../../common/codec/specifications.ts';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { lookContent, readDocument } from '../../../common/contract/document-schemas.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { FieldSource } from '../../../common/fields/field.ts';
import type { FigureSpecification } from '../../../common/figures/specification.ts';
import { literal } from '../../../common/figures/text.ts';
import { groupLooks, type GroupLook } from '../../../common/groups/group-looks.ts';
import { groupName } from '../../../common/groups/group-name.ts';
import { groupRuns, type GroupKey } from '../../../common/groups/groups.ts';
import { fieldAt } from '../../../common/groups/keys.ts';
import { chooseRuns, queryable, type Queryable } from '../../../common/query/choose.ts';
import { lookOf, lookOfKept, looksOf } from '../../../common/run-looks.ts';
import { QueryError } from '../../../common/query/tokens.ts';
import type { FigureSource } from '../source.ts';

/** Runs that a figure is of, in groups with seeds folded. */
export interface SelectedGroup {
  /** What it is called before a person gives it another name. */
  name: string;
  label: string;
  slot: number;
  control: boolean;
  /** As the window draws it. */
  look: { window: GroupLook['look']; byHand: boolean };
  /** Finished runs of each point: of one point unless the figure asks for several. */
  points: { name: string; runs: RunSummary[] }[];
}

export interface Selection {
  groups: SelectedGroup[];
  /** Runs that the query means and that have not finished. */
  unfinished: number;
}

/**
 * @param withUnfinished whether runs that have not finished are in the groups too
 * @throws CascadeError INVALID for a query that cannot be read, or a key that does not exist
 */
export async function selectGroups(
  source: FigureSource,
  figure: FigureSpecification,
  withUnfinished: boolean,
): Promise<Selection> {
  const [all, frame] = await Promise.all([source.listRuns(), source.specifications()]);
  const specifications = new Specifications();
  specifications.add(frame);
  const queried = queryable(all, specifications);
  const { catalogue } = queried;
  const chosen = chosenRuns(queried, figure);
  const finished = chosen.filter(({ run }) => withUnfinished || run.state === 'finished');
  const keys = figure.groupBy.map((name) => fieldAt(name, catalogue, figure.threshold));
  const points = figure.pointBy.map((name) => fieldAt(name, catalogue, figure.threshold));
  // In the order of the studies: the oldest run first.
  const groups = groupRuns(finished.reverse(), keys);
  const runs = all.filter(({ binnedAt }) => binnedAt === null);
  const shown = await windowLooks(source, queried, keys, new Set(groups.map(({ id }) => id)));
  const looks = slotsOf(
    groups.map((group) => group.sources.map(({ run }) => run)),
    runs,
  );
  return {
    groups: groups.map((group, index) => {
      const name = groupName(group.values, keys);
      return {
        name,
        label: figure.labels[name] ?? literal(name),
        ...(looks[index] as Look),
        look: { window: shown.get(group.id)!.look, byHand: shown.get(group.id)!.byHand },
        points: groupRuns(group.sources, points).map((point) => ({
          name: points.length === 0 ? '' : literal(groupName(point.values, points)),
          runs: point.sources.map(({ run }) => run),
        })),
      };
    }),
    unfinished: chosen.length - finished.length,
  };
}

/** Looks of groups as the window has them. */
async function windowLooks(
  source: FigureSource,
  { sources }: Queryable,
  keys: readonly GroupKey[],
  shown: ReadonlySet<string>,
): Promise<ReadonlyMap<string, GroupLook>> {
  const chosen = new Map(
    (await source.documents('look')).flatMap((document) => {
      const look = readDocument(lookContent, document);
      return look === null ? [] : [[document.name, lookOfKept(look)] as const];
    }),
  );
  const all = sources.filter(({ run }) => run.binnedAt === null);
  const looks = looksOf(
    all.map(({ run }) => run),
    chosen,
  );
  return groupLooks(all, keys, shown, { chosen, look: (run) => looks.get(run.id) ?? lookOf(run) });
}

function chosenRuns(queried: Queryable, { query, threshold }: FigureSpecification): FieldSource[] {
  try {
    return chooseRuns(queried, query, threshold);
  } catch (error) {
    if (error instanceof QueryError)
      throw new CascadeError('INVALID', `The figure's query '${query}' cannot be read: ${error.message}`);
    throw error;
  }
}

interface Look {
  slot: number;
  control: boolean;
}

/**
 * Looks of groups: that of their arm, which it has in every figure; a control has that of the run that it is beside. Where two
 * groups would look alike they go by their order.
 */
function slotsOf(groups: readonly (readonly RunSummary[])[], all: readonly RunSummary[]): Look[] {
  const beside = new Map<string, RunSummary>();
  for (const run of all) if (run.control !== null && !beside.has(run.control)) beside.set(run.control, run);
  const placeOf = (run: RunSummary | undefined): number | null =>
    run?.memberships.find(({ place }) => place !== null)?.place ?? null;
  const looks = groups.map(([first]) => {
    const own = placeOf(first);
    if (own !== null || first === undefined) return { slot: own, control: false };
    return { slot: placeOf(beside.get(first.id)), control: true };
  });
  const taken = looks.map(({ slot, control }) => `${slot} ${control}`);
  const distinct = looks.every(({ slot }) => slot !== null) && new Set(taken).size === taken.length;
  return distinct
    ? looks.map(({ slot, control }) => ({ slot: slot ?? 0, control }))
    : looks.map((_, slot) => ({ slot, control: false }));
}
