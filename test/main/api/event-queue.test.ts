import { expect, test } from 'vitest';
import type { WorkstationEvent } from '../../../common/contract/schemas.ts';
import { EventQueue } from '../../../main/api/event-queue.ts';

function progress(id: string, step: number): WorkstationEvent {
  return { type: 'progress', id, progress: { epoch: 1, step, steps: 9, secondsLeft: null, trainLoss: null } };
}
function removed(id: string): WorkstationEvent {
  return { type: 'removed', id };
}

async function take(queue: EventQueue, count: number): Promise<WorkstationEvent[]> {
  const taken: WorkstationEvent[] = [];
  for await (const event of queue.drain(undefined)) if (taken.push(event) === count) break;
  return taken;
}

test('of progress only the newest of each run is kept, and nothing else is lost', async () => {
  const queue = new EventQueue();
  queue.push(progress('a', 1));
  queue.push(removed('x'));
  queue.push(progress('b', 1));
  queue.push(removed('x'));
  queue.push(progress('a', 2));
  expect(await take(queue, 4)).toEqual([removed('x'), progress('b', 1), removed('x'), progress('a', 2)]);
  expect(queue.length).toBe(0);
});

test('a million steps of progress hold one place', () => {
  const queue = new EventQueue();
  for (let step = 0; step < 1_000_000; step++) queue.push(progress('a', step));
  expect(queue.length).toBe(1);
});

test('a subscriber that never reads is ended rather than left with a gap', async () => {
  const queue = new EventQueue(3);
  for (let i = 0; i < 3; i++) queue.push(removed(String(i)));
  queue.push(progress('a', 1));
  expect(queue.length).toBe(3);
  queue.push(removed('3'));
  await expect(take(queue, 4)).rejects.toThrow(/too far behind/);
});

test('an abort wakes a subscriber that waits', async () => {
  const queue = new EventQueue();
  const abort = new AbortController();
  const ended = queue.drain(abort.signal).next();
  abort.abort();
  expect(await ended).toEqual({ done: true, value: undefined });
});
