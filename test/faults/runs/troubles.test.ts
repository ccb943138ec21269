import { describe, expect, it, vi } from 'vitest';
import { CascadeError } from '../../../common/errors.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import { openManager } from './manager.ts';

vi.setConfig({ testTimeout: 120_000 });

const WRITES: readonly PropertyKey[] = ['setState', 'addEvent', 'setEnvironment', 'recordEpoch'];

/** A workspace whose writes are refused as long as `refusal` says so. */
function refusing(refusal: (method: string, args: unknown[]) => CascadeError | null) {
  return (workspace: Workspace): Workspace =>
    new Proxy(workspace, {
      get(target, name) {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          const error = WRITES.includes(name) ? refusal(String(name), args) : null;
          return error ? Promise.reject(error) : method.apply(target, args);
        };
      },
    });
}

const full = new CascadeError('WORKSPACE_FULL', 'The disk is full.');

describe('a workspace that takes nothing', () => {
  it('from the very start holds the run up, and gets everything once there is room', async () => {
    let isFull = true;
    const { ids, manager, workspace, until, events } = await openManager({
      seeds: [0],
      disguise: refusing(() => (isFull ? full : null)),
    });
    const [id] = ids as [string];
    await manager.enqueue(id);
    await until(/^paused$/);
    expect(manager.show(await workspace.summary(id))).toMatchObject({
      state: 'paused',
      reason: `The disk is full. \`cascade resume ${id}\` goes on then.`,
    });
    expect(manager.problems).toEqual(['The disk is full.']);
    // Nothing of it is on the disk, and it is not said to be.
    expect((await workspace.getRun(id)).events).toEqual([]);
    expect(events.filter(({ type }) => type === 'epoch')).toEqual([]);
    await expect(manager.resume(id)).rejects.toBe(full);

    isFull = false;
    await manager.resume(id);
    await until(/^finished$/);
    // The window is told first: the state is written meanwhile.
    await expect.poll(async () => (await workspace.summary(id)).state).toBe('finished');
    expect(manager.problems).toEqual([]);
    const { summary, environment, events: logged } = await workspace.getRun(id);
    expect(summary.state).toBe('finished');
    expect(environment).toMatchObject({ threads: 1, application: 'test' });
    expect((await workspace.epochs(id)).map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(logged.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['queued', 'started', 'paused', 'resumed', 'finished']),
    );
  });

  it('but small things tells of it until the record is written', async () => {
    let isFull = true;
    const { ids, manager, workspace, until } = await openManager({
      seeds: [0],
      disguise: refusing((method) => (isFull && method === 'recordEpoch' ? full : null)),
    });
    const [id] = ids as [string];
    await manager.enqueue(id);
    await until(/^paused$/);
    expect(manager.problems).toEqual(['The disk is full.']);
    // The window is told first: the state is written meanwhile.
    await expect
      .poll(() => workspace.summary(id))
      .toMatchObject({ state: 'paused', reason: `The disk is full. \`cascade resume ${id}\` goes on then.` });
    isFull = false;
    await manager.resume(id);
    expect(manager.problems).toEqual([]);
    await until(/^finished$/);
  });

  it('keeps what became of other runs meanwhile', async () => {
    let isFull = false;
    let refuse = true;
    const { ids, manager, workspace, until } = await openManager({
      seeds: [0, 1],
      disguise: refusing((method) => {
        isFull ||= method === 'recordEpoch';
        return isFull && refuse ? full : null;
      }),
    });
    const [stopped, next] = ids as [string, string];
    await manager.enqueue(stopped);
    await manager.enqueue(next);
    await until(/^paused$/, [stopped]);
    await manager.stop(stopped);
    await until(/^paused$/, [next]);
    expect(await workspace.summary(stopped)).toMatchObject({ state: 'running' });
    expect(manager.show(await workspace.summary(stopped)).state).toBe('stopped');
    refuse = false;
    await manager.resume(next);
    expect(await workspace.summary(stopped)).toMatchObject({ state: 'stopped' });
    expect((await workspace.getRun(stopped)).events.at(-1)!.kind).toBe('stopped');
    await until(/^finished$/, [next]);
  });

  it('when it is lost interrupts the run, holds the queue and says so', async () => {
    const lost = new CascadeError('WORKSPACE_THREAD', 'The writer ended: open the workspace again.');
    let isLost = false;
    const { ids, manager, workspace, until, stateOf } = await openManager({
      seeds: [0, 1],
      disguise: refusing((method, [, record]) => {
        isLost ||= method === 'recordEpoch' && (record as { epoch: number }).epoch === 2;
        return isLost ? lost : null;
      }),
    });
    const [training, waiting] = ids as [string, string];
    await manager.enqueue(training);
    await manager.enqueue(waiting);
    await until(/^interrupted$/, [training]);
    expect(manager.show(await workspace.summary(training)).reason).toBe(lost.message);
    expect(manager.problems).toEqual([lost.message]);
    expect(await stateOf(waiting)).toBe('queued');
    expect(await workspace.epochs(training)).toHaveLength(2);
    await manager.close();
    expect(await workspace.epochs(waiting)).toEqual([]);
  });

  it('because the record is wrong fails that run alone', async () => {
    const bad = new CascadeError('BAD_RECORD', 'Epoch 1 cannot be stored: it has 3 layers.');
    const { ids, manager, workspace, until } = await openManager({
      seeds: [0, 1],
      disguise: refusing((method, [id]) => (method === 'recordEpoch' && id === ids[0] ? bad : null)),
    });
    for (const id of ids) await manager.enqueue(id);
    await until(/^(finished|failed)$/);
    expect(await workspace.summary(ids[0]!)).toMatchObject({ state: 'failed', reason: bad.message });
    expect(await workspace.summary(ids[1]!)).toMatchObject({ state: 'finished', reason: null });
    expect(manager.problems).toEqual([]);
  });
});
