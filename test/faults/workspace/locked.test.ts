import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readOwner } from '../../../main/workspace/workspace.ts';
import { newRun, openTest, recordOf, RUN, temporaryFolder } from '../../main/workspace/fixtures.ts';

describe('a second writer', () => {
  it('is refused while another process holds the workspace, and let in once that one was killed', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'recorder.ts'), folder, RUN], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const owner = readOwner(folder);
    expect(owner).toMatchObject({ pid: child.pid, since: expect.any(Number) });
    await expect(openTest(folder)).rejects.toMatchObject({
      code: 'WORKSPACE_LOCKED',
      message: expect.stringMatching(
        new RegExp(`the process ${child.pid}, since ${new Date(owner!.since).toISOString()}`),
      ),
    });
    // The refused one has taken nothing from the holder.
    expect(readOwner(folder)).toEqual(owner);
    await once(child.stdout, 'data');

    child.kill('SIGKILL');
    await once(child, 'close');
    const workspace = await openTest(folder);
    expect(readOwner(folder)).toMatchObject({ pid: process.pid });
    expect((await workspace.getRun(RUN)).summary.state).toBe('interrupted');
  });

  it('is refused within this process too, and let in once the first has closed', async () => {
    const folder = temporaryFolder();
    const first = await openTest(folder);
    await expect(openTest(folder)).rejects.toMatchObject({
      code: 'WORKSPACE_LOCKED',
      message: expect.stringContaining(String(process.pid)),
    });
    await first.addRun(newRun(RUN));
    await first.recordEpoch(RUN, recordOf(0), null, []);
    await first.close();
    expect(await (await openTest(folder)).epochs(RUN)).toHaveLength(1);
  });
});
