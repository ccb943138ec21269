import { describe, expect, it } from 'vitest';
import { RunQueue, type QueuedRun } from '../../../main/runs/run-queue.ts';

const NEEDS_NOTHING = { priority: 0, control: null, previousMask: null, trunk: null, masks: null };

function queueOf(...runs: ({ id: string } & Partial<QueuedRun>)[]): RunQueue {
  const queue = new RunQueue();
  for (const run of runs) queue.push({ ...NEEDS_NOTHING, ...run });
  return queue;
}
/** In which order they begin where each is over before the next. */
function order(queue: RunQueue, isReady: (run: QueuedRun) => boolean = () => true): string[] {
  const ids: string[] = [];
  for (let run = queue.next(isReady); run !== null; run = queue.next(isReady)) ids.push(run.id);
  return ids;
}

describe('the order of those that wait', () => {
  it('goes by priority, and among equals by who was asked for first', () => {
    const runs = [{ id: 'a' }, { id: 'b', priority: 2 }, { id: 'c' }, { id: 'd', priority: 2 }];
    expect(order(queueOf(...runs))).toEqual(['b', 'd', 'a', 'c']);
  });

  it.each([
    ['control', { control: 'needed' }],
    ['previous mask', { previousMask: { control: 'needed', excess: null, excessEpoch: null } }],
    ['trunk', { trunk: { id: 'needed', epoch: 1 } }],
    ['mask source', { masks: { id: 'needed', epoch: 1 } }],
  ])('has the %s of a run before it, whatever their priorities', (_, needs) => {
    const queue = () =>
      queueOf({ id: 'other' }, { id: 'needed', priority: -5 }, { id: 'run', priority: 9, ...needs });
    expect(order(queue())).toEqual(['needed', 'run', 'other']);
    expect(
      queue()
        .needed({ ...NEEDS_NOTHING, ...needs })
        .map(({ id }) => id),
    ).toEqual(['needed']);
  });

  it('goes all the way back, each run once, and passes over what may not begin yet', () => {
    const chain = [
      { id: 'last', priority: 3, control: 'middle', masks: { id: 'first', epoch: 2 } },
      { id: 'other', priority: 1 },
      { id: 'middle', trunk: { id: 'first', epoch: 4 } },
      { id: 'first' },
    ];
    expect(order(queueOf(...chain))).toEqual(['first', 'middle', 'last', 'other']);
    const needed = queueOf(...chain).needed({ ...NEEDS_NOTHING, ...chain[0] });
    expect(needed.map(({ id }) => id)).toEqual(['first', 'middle']);
    expect(order(queueOf(...chain), ({ id }) => id !== 'first' && id !== 'last')).toEqual([
      'middle',
      'other',
    ]);
  });

  it('is not held up by what does not wait, nor by a circle', () => {
    expect(order(queueOf({ id: 'run', control: 'gone' }))).toEqual(['run']);
    const circle = queueOf({ id: 'a', control: 'b' }, { id: 'b', control: 'a' });
    expect(circle.needed({ ...NEEDS_NOTHING, control: 'a' }).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['a', 'b']),
    );
    expect(order(circle).toSorted()).toEqual(['a', 'b']);
  });
});

it('looks through tens of thousands of runs that wait for one trunk in a moment', () => {
  const count = 30_000;
  const from = process.cpuUsage();
  const queue = queueOf(
    ...Array.from({ length: count }, (_, index) => ({
      id: `run-${index}`,
      trunk: { id: 'trunk', epoch: 3 },
      control: 'control',
    })),
  );
  // Nothing may begin while the trunk trains, which is asked after each of its epochs.
  for (let epoch = 0; epoch < 3; epoch++)
    expect(queue.next(({ trunk }) => !queue.has(trunk!.id) && epoch > 3)).toBeNull();
  expect(queue.next(() => true)?.id).toBe('run-0');
  const { user, system } = process.cpuUsage(from);
  expect((user + system) / 1e6).toBeLessThan(2);
});
