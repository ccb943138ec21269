import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { newRun, openTest, recordOf, RUN, temporaryFolder } from '../../main/workspace/fixtures.ts';

/** A workspace whose process was killed, so that its log is still beside the database. */
async function killedWorkspace(epochs: number, folder = temporaryFolder()): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'recorder.ts'), folder, RUN], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (output.split('\n').length > epochs + 2) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return folder;
}

function copyOf(folder: string): string {
  const copy = temporaryFolder();
  for (const name of ['workspace.sqlite', 'workspace.sqlite-wal'])
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
  return copy;
}

describe('a log that was cut short', () => {
  it('loses no more than what was cut off, wherever that was', { timeout: 120_000 }, async () => {
    const folder = await killedWorkspace(12);
    const wal = statSync(join(folder, 'workspace.sqlite-wal')).size;
    expect(wal).toBeGreaterThan(100_000);
    const whole = await openTest(copyOf(folder));
    const all = (await whole.epochs(RUN)).length;
    expect(all).toBeGreaterThanOrEqual(12);
    await whole.close();
    let before = 0;
    for (const share of [0.3, 0.5, 0.8, 1]) {
      const copy = copyOf(folder);
      truncateSync(join(copy, 'workspace.sqlite-wal'), Math.floor(wal * share) - 100);
      const workspace = await openTest(copy);
      const runs = await workspace.listRuns();
      const epochs = runs.length === 0 ? [] : await workspace.epochs(RUN);
      expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, index) => index));
      for (const { epoch } of epochs)
        for (const layer of recordOf(epoch).layers) {
          const frame = await workspace.planeFrame(RUN, epoch, layer.name);
          expect(Buffer.compare(decodeFrame('planes', frame.buffer).body, layer.planes)).toBe(0);
        }
      expect(epochs.length).toBeGreaterThanOrEqual(before);
      before = epochs.length;
      await workspace.close();
    }
    // Cut within the very last frame: only the last commit is gone.
    expect(before).toBeGreaterThanOrEqual(all - 1);
  });
});

describe('a damaged database', () => {
  const closed = async (): Promise<string> => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN));
    for (let epoch = 0; epoch < 30; epoch++) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
    await workspace.close();
    return folder;
  };
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ['a header of noise', (bytes) => bytes.fill(0x5a, 0, 100)],
    ['a wrong magic', (bytes) => bytes.fill(0, 0, 4)],
    ['pages of zeros', (bytes) => bytes.fill(0, 8192 * 2, 8192 * 8)],
    ['its second half missing', (bytes) => bytes.subarray(0, Math.floor(bytes.length / 16384) * 8192)],
  ];
  it.each(damages)('with %s is refused with what to do, and left as it is', async (_, damage) => {
    const folder = await closed();
    const file = join(folder, 'workspace.sqlite');
    const bytes = damage(readFileSync(file));
    writeFileSync(file, bytes);
    await expect(openTest(folder)).rejects.toMatchObject({
      code: 'WORKSPACE_CORRUPT',
      message: expect.stringMatching(/Nothing was changed or deleted: copy the folder/),
    });
    expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
    // The lock was let go of: a second try says the same instead of 'locked'.
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'WORKSPACE_CORRUPT' });
  });

  it('keeps its log when it is refused', async () => {
    const folder = await killedWorkspace(1, await closed());
    const [file, log] = [join(folder, 'workspace.sqlite'), join(folder, 'workspace.sqlite-wal')];
    const bytes = readFileSync(file).fill(0, 8192 * 3);
    writeFileSync(file, bytes);
    const before = readFileSync(log);
    expect(before.length).toBeGreaterThan(8192);
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'WORKSPACE_CORRUPT' });
    expect(Buffer.compare(readFileSync(log), before)).toBe(0);
    expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
  });

  it('is told from a file or a folder in its way', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(openTest(join(folder, 'file'))).rejects.toMatchObject({ code: 'WORKSPACE_FOLDER' });
    await expect(openTest(join(folder, 'file', 'deeper'))).rejects.toMatchObject({
      code: 'WORKSPACE_FOLDER',
    });
    mkdirSync(join(folder, 'odd', 'workspace.sqlite'), { recursive: true });
    await expect(openTest(join(folder, 'odd'))).rejects.toMatchObject({
      code: expect.stringMatching(/^WORKSPACE/),
    });
  });
});
