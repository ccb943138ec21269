import type { RunSummary } from '../../common/contract/schemas.ts';

/** Priorities that there can be. */
const MOST = 1000;
const LEAST = -1000;

/** A run that waits: those of higher priority are trained first, of equal ones those that were asked for first. */
export type Waiting = Pick<
  RunSummary,
  'id' | 'priority' | 'createdAt' | 'control' | 'previousMask' | 'trunk' | 'masks'
>;

/** What a run needs of others, each once. */
export function needsOf({ control, previousMask, trunk, masks }: Waiting): string[] {
  const ids = [control, previousMask?.control ?? null, trunk?.id ?? null, masks?.id ?? null];
  return [...new Set(ids.filter((id) => id !== null))];
}

/** In the order in which they will be trained: none before those that it needs. */
export function queueOrder<T extends Waiting>(waiting: readonly T[]): T[] {
  const byId = new Map(waiting.map((run) => [run.id, run]));
  const order: T[] = [];
  const placed = new Set<string>();
  const place = (run: T): void => {
    if (placed.has(run.id)) return;
    placed.add(run.id);
    for (const id of needsOf(run)) {
      const needed = byId.get(id);
      if (needed) place(needed);
    }
    order.push(run);
  };
  for (const run of [...waiting].sort(before)) place(run);
  return order;
}

function before(one: Waiting, other: Waiting): number {
  return other.priority - one.priority || one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
}

/**
 * Priorities by which a run comes to another place of the queue; only those that change, in the order in which they are to be
 * set. No order is left to runs of equal priority but that in which they were asked for: so it is the same after a restart.
 *
 * @param order of the queue @param from, to places in it
 * @returns null where the priorities that there are do not suffice
 */
export function prioritiesFor(
  order: readonly Waiting[],
  from: number,
  to: number,
): { id: string; priority: number }[] | null {
  const moved = order[from];
  if (!moved || from === to) return [];
  const next = order.filter((_, index) => index !== from);
  next.splice(to, 0, moved);
  const [above, below] = [next[to - 1], next[to + 1]];
  const priority = below ? below.priority + 1 : above!.priority - 1;
  if (priority > MOST || priority < LEAST) return null;
  const raised: { id: string; priority: number }[] = [];
  // Those above must not be below it now: from the nearest upwards, each is raised as far as it needs to be.
  let lower: Waiting = { ...moved, priority };
  for (let index = to - 1; index >= 0; index--) {
    const run = next[index]!;
    const mayBeEqual = lower.id !== moved.id && before({ ...run, priority: lower.priority }, lower) < 0;
    const least = lower.priority + Number(!mayBeEqual);
    if (least > MOST) return null;
    if (run.priority >= least) break;
    raised.push({ id: run.id, priority: least });
    lower = { ...run, priority: least };
  }
  // The highest first: each comes behind those that have its priority.
  return [...raised.reverse(), { id: moved.id, priority }];
}
