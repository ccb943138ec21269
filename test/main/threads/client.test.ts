import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ThreadClient } from '../../../main/threads/client.ts';
import { threadEnded } from '../../../main/workspace/workspace-thread.ts';
import { temporaryFolder } from '../workspace/fixtures.ts';

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
  const made = new ThreadClient<TestCalls>(pathToFileURL(file), 'writer', (detail) =>
    threadEnded('writer', detail),
  );
  onTestFinished(() => made.terminate());
  return made;
}

describe('a thread', () => {
  it('does not begin with what nobody waits for any more, and answers what comes after it', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'thread.mjs');
    const server = new URL('../../../main/threads/server.ts', import.meta.url);
    writeFileSync(
      file,
      `import { serve } from '${server}';
       let begun = 0;
       const until = (time) => { while (Date.now() < time); };
       serve({ work: (milliseconds) => { begun++; until(Date.now() + milliseconds); return begun; } }, String);`,
    );
    const thread = new ThreadClient<{ work(milliseconds: number): number }>(
      pathToFileURL(file),
      'reader',
      (detail) => threadEnded('reader', detail),
    );
    onTestFinished(() => thread.terminate());
    const [stale, kept] = [new AbortController(), new AbortController()];
    // All are with the thread before it is done with the first.
    const first = thread.call('work', 200);
    const second = thread.callWhileWanted(stale.signal, 'work', 0);
    const third = thread.callWhileWanted(kept.signal, 'work', 0);
    stale.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await first).toBe(1);
    expect(await third).toBe(2);
    await expect(thread.callWhileWanted(stale.signal, 'work', 0)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await thread.call('work', 0)).toBe(3);
  });

  it('may answer with a promise while others are answered, and tells when it begins with a call', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'thread.mjs');
    const server = new URL('../../../main/threads/server.ts', import.meta.url);
    writeFileSync(
      file,
      `import { serve } from '${server}';
       let keep;
       serve(
         {
           later: (value) => new Promise((resolve, reject) => (keep = () => (value < 0 ? reject(new Error('no')) : resolve(value)))),
           now: () => (keep(), 'now'),
         },
         (error) => ({ code: 'REFUSED', message: error.message }),
       );`,
    );
    const thread = new ThreadClient<{ later(value: number): Promise<number>; now(): string }>(
      pathToFileURL(file),
      'reader',
      (detail) => threadEnded('reader', detail),
    );
    onTestFinished(() => thread.terminate());
    const order: string[] = [];
    const note = (what: string) => (): number => order.push(what);
    const later = thread.ask('later', [3], { begun: note('later begun') });
    const now = thread.ask('now', [], { begun: note('now begun') });
    void later.then(note('later'));
    await now.then(note('now'));
    expect(await later).toBe(3);
    expect(order).toEqual(['later begun', 'now begun', 'now', 'later']);
    const refused = thread.call('later', -1);
    await thread.call('now');
    await expect(refused).rejects.toMatchObject({ code: 'REFUSED', message: 'no' });
    expect(thread.isDead).toBe(false);
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
