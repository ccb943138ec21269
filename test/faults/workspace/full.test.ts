import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import type { EpochRecord } from '../../../common/records.ts';
import { imageOf, newRun, openTest, recordOf, RUN, temporaryFolder } from '../../main/workspace/fixtures.ts';
import { canMount, makeReadOnly, smallDisk } from './disks.ts';

/** Fills a disk, but for so many kilobytes. */
function fill(folder: string, leave: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const ballast = join(folder, 'ballast');
  try {
    writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - leave * 1024)));
  } catch (error) {
    // The workspace was faster: then the disk is as full as it gets.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  return ballast;
}

describe.runIf(canMount())('a full disk', () => {
  it('rejects the write that does not fit, and takes the same once there is room', async () => {
    const disk = smallDisk(6000);
    const folder = join(disk, 'workspace');
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN));
    await workspace.setState(RUN, 'running', null);
    await workspace.recordEpoch(RUN, recordOf(0), imageOf(0, 50_000), []);

    // The checkpoint does not fit.
    let ballast = fill(disk, 400);
    const record = recordOf(1);
    const image = imageOf(1, 600_000);
    const full = { code: 'WORKSPACE_FULL', message: expect.stringMatching(/is full.*free some space/) };
    await expect(workspace.recordEpoch(RUN, record, image, [])).rejects.toMatchObject(full);
    expect(await workspace.epochs(RUN)).toHaveLength(1);
    expect(await workspace.checkpointEpochs(RUN)).toEqual([0]);
    expect(await workspace.checkpoint(RUN, 'last')).toEqual(imageOf(0, 50_000));

    // Not even the log can grow.
    rmSync(ballast);
    ballast = fill(disk, 0);
    let refused: EpochRecord | null = null;
    for (let epoch = 1; !refused; epoch++) {
      const next = recordOf(epoch);
      try {
        await workspace.recordEpoch(RUN, next, null, []);
      } catch (error) {
        expect(error).toMatchObject(full);
        refused = next;
      }
    }
    const stored = (await workspace.epochs(RUN)).length;
    expect(stored).toBe(refused.epoch);
    // What is small may still find room in a log that was moved into the database meanwhile; it is stored or refused.
    const told: unknown = await workspace.setState(RUN, 'failed', 'full').catch((error: unknown) => error);
    if (told !== undefined) expect(told).toMatchObject(full);
    const { state } = (await workspace.getRun(RUN)).summary;
    expect(state).toBe(told === undefined ? 'failed' : 'running');

    // The very objects that were refused are taken now.
    rmSync(ballast);
    expect(await workspace.recordEpoch(RUN, refused, null, [])).toBe('stored');
    expect(await workspace.recordEpoch(RUN, recordOf(1), image, [])).toBe('known');
    for (let epoch = refused.epoch + 1; epoch < refused.epoch + 4; epoch++)
      await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
    await workspace.close();

    const again = await openTest(folder);
    const epochs = await again.epochs(RUN);
    expect(epochs).toHaveLength(refused.epoch + 4);
    for (const { epoch } of epochs)
      for (const layer of recordOf(epoch).layers) {
        const frame = await again.planeFrame(RUN, epoch, layer.name);
        expect(Buffer.compare(decodeFrame('planes', frame.buffer).body, layer.planes)).toBe(0);
      }
    expect((await again.checkpoint(RUN, 1)).bytes).toEqual(imageOf(1, 600_000).bytes);
  });

  it('is told of when the workspace is opened on it', async () => {
    const disk = smallDisk(2000);
    fill(disk, 0);
    await expect(openTest(disk)).rejects.toMatchObject({ code: 'WORKSPACE_FULL' });
  });
});

describe.runIf(process.getuid?.() !== 0 || canMount())('a folder that can only be read', () => {
  it('is refused, whether a workspace is in it or not', async () => {
    const empty = temporaryFolder();
    makeReadOnly(empty);
    const readOnly = { code: 'WORKSPACE_READ_ONLY', message: expect.stringMatching(/cannot be written/) };
    await expect(openTest(empty)).rejects.toMatchObject(readOnly);
    await expect(openTest(join(empty, 'deeper'))).rejects.toMatchObject(readOnly);

    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN));
    await workspace.close();
    makeReadOnly(folder);
    await expect(openTest(folder)).rejects.toMatchObject(readOnly);
  });
});
