import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../../main/codec/safetensors.ts';
import { imageOf, newRun, openTest, recordOf, RUN, temporaryFolder } from './fixtures.ts';

describe('checkpoints', () => {
  it('come back as they were written, and the newest intact one stands in for a damaged one', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN));
    expect(await workspace.lastCheckpoint(RUN)).toBeNull();
    await expect(workspace.checkpoint(RUN, 'last')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (let epoch = 0; epoch < 4; epoch++)
      await workspace.recordEpoch(RUN, recordOf(epoch), imageOf(epoch), []);
    expect(await workspace.checkpointEpochs(RUN)).toEqual([0, 1, 2, 3]);
    const files = join(folder, 'checkpoints', RUN);
    expect(new Uint8Array(readFileSync(join(files, 'epoch-2.safetensors')))).toEqual(imageOf(2).bytes);
    expect(await workspace.checkpoint(RUN, 2)).toEqual(imageOf(2));
    expect(await workspace.checkpoint(RUN, 'last')).toEqual(imageOf(3));

    const damaged = imageOf(3).bytes;
    damaged[500]! ^= 1;
    writeFileSync(join(files, 'epoch-3.safetensors'), damaged);
    rmSync(join(files, 'epoch-2.safetensors'));
    await expect(workspace.checkpoint(RUN, 3)).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
    await expect(workspace.checkpoint(RUN, 2)).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
    expect(await workspace.lastCheckpoint(RUN)).toEqual(imageOf(1));

    // The replay after a resume writes them again.
    expect(await workspace.recordEpoch(RUN, recordOf(2), imageOf(2), [])).toBe('known');
    expect(await workspace.recordEpoch(RUN, recordOf(3), imageOf(3), [])).toBe('known');
    expect(await workspace.checkpoint(RUN, 'last')).toEqual(imageOf(3));
    expect(await workspace.checkpoint(RUN, 2)).toEqual(imageOf(2));
    expect(readdirSync(files)).toHaveLength(4);
  });

  it('are thinned to the newest and the wanted ones', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN));
    for (let epoch = 0; epoch < 6; epoch++)
      await workspace.recordEpoch(RUN, recordOf(epoch), imageOf(epoch), [], { newest: 2, epochs: [1] });
    expect(await workspace.checkpointEpochs(RUN)).toEqual([1, 4, 5]);
    expect(readdirSync(join(folder, 'checkpoints', RUN)).sort()).toEqual([
      'epoch-1.safetensors',
      'epoch-4.safetensors',
      'epoch-5.safetensors',
    ]);
  });

  it('that were being written when the process died are set aside where they are whole, and nothing else is', async () => {
    const folder = temporaryFolder();
    const first = await openTest(folder);
    await first.addRun(newRun(RUN));
    await first.recordEpoch(RUN, recordOf(0), imageOf(0), []);
    await first.close();
    const checkpoints = join(folder, 'checkpoints');
    const files = join(checkpoints, RUN);
    const [gone, theirs] = [join(checkpoints, '00000000000f-s1'), join(checkpoints, 'copies of mine')];
    mkdirSync(gone);
    mkdirSync(theirs);
    writeFileSync(join(gone, 'epoch-7.safetensors'), 'of a run whose row was never committed');
    writeFileSync(join(theirs, 'epoch-7.safetensors'), 'in a folder that a person made');
    writeFileSync(join(files, 'epoch-1.safetensors'), 'whole, but its row was never committed');
    writeFileSync(join(files, 'epoch-1.safetensors.partial'), 'half');
    const whole = encodeSafetensors({ metadata: {}, tensors: new Map() });
    writeFileSync(join(files, 'epoch-2.safetensors.partial'), whole);
    writeFileSync(join(files, 'notes.txt'), 'a person put this here');
    const workspace = await openTest(folder);
    expect(readdirSync(files).sort()).toEqual(['epoch-0.safetensors', 'notes.txt']);
    expect(existsSync(gone)).toBe(false);
    expect(readdirSync(theirs)).toEqual(['epoch-7.safetensors']);
    const lost = readdirSync(join(checkpoints, 'lost'), { recursive: true }) as string[];
    expect(lost.filter((name) => name.endsWith('.safetensors')).sort()).toEqual([
      `${RUN}/epoch-1.safetensors`,
      `${RUN}/epoch-2.safetensors`,
      '00000000000f-s1/epoch-7.safetensors',
    ]);
    expect(await workspace.checkpoint(RUN, 'last')).toEqual(imageOf(0));
  });
});
