import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { threadUrl } from '../../../main/threads.ts';
import type { ReaderCalls } from '../../../main/workspace/messages.ts';
import { ThreadClient } from '../../../main/workspace/thread-client.ts';
import { openTest, RUN, temporaryFolder } from './fixtures.ts';

interface TestCalls {
  sum(one: number, other: number): number;
  refuse(record: { planes: Uint8Array }): void;
  exit(code: number): void;
  crash(): void;
  hang(): void;
}

const BODY = `
import { parentPort } from 'node:worker_threads';
const calls = {
  sum: (one, other) => one + other,
  refuse: () => { throw Object.assign(new Error('No room.'), { code: 'WORKSPACE_FULL' }); },
  exit: (code) => process.exit(code),
};
parentPort.on('message', ({ call, method, args }) => {
  if (method === 'hang') return;
  if (method === 'crash') return void setImmediate(() => { throw new Error('out of luck'); });
  try {
    parentPort.postMessage({ call, result: calls[method](...args) });
  } catch (error) {
    parentPort.postMessage({ call, error: { code: error.code, message: error.message }, args }, [args[0].planes.buffer]);
  }
});
`;

function client(): ThreadClient<TestCalls> {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-thread-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'thread.mjs');
  writeFileSync(file, BODY);
  const made = new ThreadClient<TestCalls>(pathToFileURL(file), 'writer');
  onTestFinished(() => made.terminate());
  return made;
}

describe('a thread', () => {
  it('does not begin with what nobody waits for any more, and answers what comes after it', async () => {
    const folder = temporaryFolder();
    await (await openTest(folder)).close();
    const thread = new ThreadClient<ReaderCalls>(threadUrl('reader'), 'reader');
    onTestFinished(() => thread.terminate());
    await thread.call('open', folder);
    const [stale, gone] = [new AbortController(), AbortSignal.abort()];
    // All are with the thread before it comes to the first; one that it began with would be refused with NOT_FOUND.
    const first = thread.call('listRuns');
    const second = thread.callWhileWanted(stale.signal, 'planeFrame', RUN, 0, 'dense');
    const third = thread.callWhileWanted(new AbortController().signal, 'planeFrame', RUN, 0, 'dense');
    stale.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(thread.callWhileWanted(gone, 'listRuns')).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await first).toEqual([]);
    await expect(third).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('answers each call with its own answer', async () => {
    const thread = client();
    const answers = await Promise.all([1, 2, 3].map((one) => thread.call('sum', one, 10)));
    expect(answers).toEqual([11, 12, 13]);
  });

  it('gives buffers back to the very objects that they came from when it refuses', async () => {
    const thread = client();
    const record = { planes: Uint8Array.of(1, 2, 3) };
    const refused = thread.handOver('refuse', record);
    expect(record.planes).toHaveLength(0);
    await expect(refused).rejects.toMatchObject({ code: 'WORKSPACE_FULL', message: 'No room.' });
    expect(record.planes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each(['exit', 'crash'] as const)(
    'that dies (%s) rejects what waits and what comes later',
    async (how) => {
      const thread = client();
      const waiting = thread.call('hang');
      const last = how === 'exit' ? thread.call('exit', 3) : thread.call('crash');
      const gone = {
        code: 'WORKSPACE_THREAD',
        message: expect.stringMatching(/writer ended.*(code 3|out of luck)/),
      };
      await expect(waiting).rejects.toMatchObject(gone);
      await expect(last).rejects.toMatchObject(gone);
      await expect(thread.call('sum', 1, 2)).rejects.toMatchObject(gone);
    },
  );
});
