import { expect, it } from 'vitest';
import { RunQueue } from '../../../main/runs/run-queue.ts';
import { prioritiesFor, queueOrder, type Waiting } from '../../../renderer/runs/queue-order.ts';

const NOTHING = { control: null, previousMask: null, trunk: null, masks: null };

function run(id: string, priority: number, createdAt: number, needs: Partial<Waiting> = {}): Waiting {
  return { id, priority, createdAt, ...NOTHING, ...needs };
}

/** Mulberry32, so that each run of the test has the same queues. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function drained(queue: RunQueue): string[] {
  const ids: string[] = [];
  for (let next = queue.next(() => true); next; next = queue.next(() => true)) ids.push(next.id);
  return ids;
}

it('a run comes to the place where it is dropped: in the real queue, and as the page shows it', () => {
  const random = chance(12);
  for (let attempt = 0; attempt < 400; attempt++) {
    const length = 2 + Math.floor(random() * 7);
    const runs = Array.from({ length }, (_, index) => run(`r${index}`, Math.floor(random() * 3), index));
    const order = queueOrder(runs);
    const [from, to] = [Math.floor(random() * length), Math.floor(random() * length)];
    const wanted = order.filter((_, index) => index !== from);
    wanted.splice(to, 0, order[from]!);
    const queue = new RunQueue();
    for (const each of runs) queue.push(each);
    const changes = prioritiesFor(order, from, to)!;
    for (const { id, priority } of changes) queue.prioritise(id, priority);
    const told = runs.map((each) => ({
      ...each,
      priority: changes.find(({ id }) => id === each.id)?.priority ?? each.priority,
    }));
    const ids = wanted.map(({ id }) => id);
    expect(queueOrder(told).map(({ id }) => id)).toEqual(ids);
    expect(drained(queue)).toEqual(ids);
  }
});

it('no run stands before those that it needs, however it is ordered', () => {
  const order = queueOrder([
    run('late', 5, 3, { control: 'control', trunk: { id: 'trunk', epoch: 1 } }),
    run('control', 0, 2),
    run('trunk', 0, 1, { masks: { id: 'gone', epoch: 2 } }),
    run('first', 9, 4),
  ]);
  expect(order.map(({ id }) => id)).toEqual(['first', 'control', 'trunk', 'late']);
});

it('says where there is no priority left', () => {
  expect(prioritiesFor([run('a', 1000, 0), run('b', 0, 1)], 1, 0)).toBeNull();
  expect(prioritiesFor([run('a', -1000, 0), run('b', -1000, 1)], 0, 1)).toBeNull();
  expect(prioritiesFor([run('a', 0, 0)], 0, 0)).toEqual([]);
});
