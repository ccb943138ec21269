import type { RunSummary } from '../../common/contract/schemas.ts';
import type { MeanPoint } from '../../common/groups/mean-curves.ts';
import type { RunLook } from '../../common/run-looks.ts';
import { studyOf, armOf } from '../format/runs.ts';
import type { CompareGroup } from './comparison.ts';

/** The map of runs: branches over epochs, each leaving another where it took that one's epochs. Pure. */

/** Seeds of one specification, drawn as one line. */
export interface Branch {
  id: string;
  title: string;
  /** The group of the comparison that it is of; null for a trunk that the query does not mean, which is shown for its branches. */
  group: string | null;
  look: RunLook | null;
  /** Ids of the runs whose mean is told: the finished ones, or where there are none the others. */
  runs: readonly string[];
  finished: number;
  unfinished: number;
  /** The branch that it leaves, and after which epoch; null for one that trained its first epochs itself. */
  parent: string | null;
  from: number;
  /** The last epoch that any of its runs has. */
  to: number;
  /** What follows its training, and after which epoch; null where nothing does. */
  retraining: { kind: string; epoch: number } | null;
}

/** What the map needs of other runs and of specifications. */
export interface MapSource {
  run: (id: string) => RunSummary | undefined;
  look: (run: RunSummary) => RunLook;
  setting: (run: RunSummary, key: string) => unknown;
}

/** Branches of the groups, and of the trunks that these come from. */
export function branchesOf(groups: readonly CompareGroup[], source: MapSource): Branch[] {
  const members = new Map<string, { group: CompareGroup | null; runs: RunSummary[] }>();
  const ofRun = new Map<string, string>();
  const add = (run: RunSummary, group: CompareGroup | null): void => {
    const id = `${group?.id ?? ''} ${run.hash}`;
    const branch = members.get(id) ?? { group, runs: [] };
    members.set(id, branch);
    branch.runs.push(run);
    ofRun.set(run.id, id);
  };
  for (const group of groups) for (const { run } of group.sources) add(run, group);
  // A map grows while it is gone through: trunks of trunks come too.
  for (const { runs } of members.values())
    for (const { trunk } of runs) {
      const known = trunk === null || ofRun.has(trunk.id) ? undefined : source.run(trunk.id);
      if (known) add(known, null);
    }
  return [...members].map(([id, { group, runs }]): Branch => {
    const finished = runs.filter(({ state }) => state === 'finished');
    const [first] = runs as [RunSummary];
    const trunk = runs.find((run) => run.trunk !== null && ofRun.has(run.trunk.id))?.trunk ?? null;
    const own = group !== null && new Set(group.sources.map(({ run }) => run.hash)).size === 1;
    return {
      id,
      title: own ? group.title : `${studyOf(first)} · ${armOf(first)}`,
      group: group?.id ?? null,
      look: own ? group.look : group === null ? null : source.look(first),
      runs: (finished.length > 0 ? finished : runs).map((run) => run.id),
      finished: finished.length,
      unfinished: runs.length - finished.length,
      parent: trunk === null ? null : ofRun.get(trunk.id)!,
      from: trunk?.epoch ?? 0,
      // One that waits for its trunk has no epoch yet.
      to: runs.reduce((last, { epochsDone }) => Math.max(last, epochsDone), trunk?.epoch ?? 0),
      retraining: retrainingOf(first, source),
    };
  });
}

function retrainingOf(run: RunSummary, { setting }: MapSource): Branch['retraining'] {
  const [kind, epoch] = [setting(run, 'retraining'), setting(run, 'epochs')];
  if (typeof kind !== 'string' || kind === 'none') return null;
  return { kind, epoch: typeof epoch === 'number' ? epoch : 0 };
}

/**
 * Rows of the branches, from 0: each below the one that it leaves, those that leave last nearest to it, so that no line crosses
 * another. @returns ids in the order of their rows
 */
export function rowsOf(branches: readonly Pick<Branch, 'id' | 'parent' | 'from'>[]): string[] {
  const ids = new Set(branches.map(({ id }) => id));
  const children = new Map<string | null, Pick<Branch, 'id' | 'parent' | 'from'>[]>();
  for (const branch of branches) {
    const parent = branch.parent !== null && ids.has(branch.parent) ? branch.parent : null;
    const known = children.get(parent);
    if (known) known.push(branch);
    else children.set(parent, [branch]);
  }
  const rows: string[] = [];
  const place = (parent: string | null): void => {
    const below = children.get(parent) ?? [];
    for (const { id } of parent === null ? below : [...below].sort((one, other) => other.from - one.from)) {
      rows.push(id);
      place(id);
    }
  };
  place(null);
  return rows;
}

/** Epochs in which weights were pruned, with the share that was pruned after them. @param points of `pruned`, epochs rising */
export function prunedAt(points: readonly MeanPoint[], from: number): { epoch: number; share: number }[] {
  let before = 0;
  return points.flatMap(({ epoch, y }) => {
    if (y === null) return [];
    const more = y.mean > before + 1e-9;
    before = Math.max(before, y.mean);
    // What a trunk pruned stands on the trunk's own line.
    return more && epoch >= from ? [{ epoch, share: y.mean }] : [];
  });
}

/** Stretches of a line, each between two epochs, with the share of the scale that its end has; null where there is no number. */
export interface Stretch {
  from: number;
  to: number;
  share: number | null;
}

/** Shares are told in so many steps: stretches of one step are one. */
const STEPS = 64;

/** @param shareOf a number's place on the scale, from 0 to 1 @param points of the measure, epochs rising */
export function stretchesOf(
  points: readonly MeanPoint[],
  { from, to }: Pick<Branch, 'from' | 'to'>,
  shareOf: (value: number) => number,
): Stretch[] {
  const found: Stretch[] = [];
  let last = from;
  const add = (until: number, share: number | null): void => {
    const before = found.at(-1);
    if (before && before.share === share) before.to = until;
    else if (until > last) found.push({ from: last, to: until, share });
    last = until;
  };
  for (const { epoch, y } of points)
    if (epoch > from && epoch <= to)
      add(epoch, y === null ? null : Math.round(shareOf(y.mean) * STEPS) / STEPS);
  if (last < to) add(to, null);
  return found;
}

/** How values are laid out from 0 to 1: by logarithms where the quantity asks for it and all are above 0. */
export interface ColorScale {
  low: number;
  high: number;
  share: (value: number) => number;
}

/** @returns null where there is no number */
export function colorScale(values: readonly number[], kind: 'linear' | 'log'): ColorScale | null {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return null;
  const low = known.reduce((least, value) => Math.min(least, value));
  const high = known.reduce((most, value) => Math.max(most, value));
  const at = kind === 'log' && low > 0 ? Math.log : (value: number) => value;
  const range = at(high) - at(low);
  return { low, high, share: (value) => (range === 0 ? 0.5 : (at(value) - at(low)) / range) };
}
