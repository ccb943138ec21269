import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, copyFileSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../main/workspace/layout.ts';
import { restoreDatabase } from '../../../main/workspace/replacement.ts';
import { Seal, trustIn } from '../../../main/workspace/seal.ts';
import { newRun, openTest, recordOf, RUN, temporaryFolder } from '../../main/workspace/fixtures.ts';

async function closed(folder = temporaryFolder()): Promise<string> {
  const workspace = await openTest(folder);
  await workspace.addRun(newRun(RUN));
  for (let epoch = 0; epoch < 30; epoch++) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
  await workspace.close();
  return folder;
}

/** Lets a process record into the folder, and kills it. */
async function killed(folder: string, epochs: number): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'recorder.ts'), folder, RUN], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (output.split('\n').length > epochs + 2) child.kill('SIGKILL');
  });
  await once(child, 'close');
}

/** Writes zeros over pages, as another program or a failing disk does. */
function damage(folder: string): void {
  const { database } = layoutOf(folder);
  writeFileSync(database, readFileSync(database).fill(0, 8192 * 2, 8192 * 8));
}

describe('the file of a database', () => {
  it('is trusted where it was closed in order, and by no one who opens another', async () => {
    const folder = await closed();
    const { database, seal } = layoutOf(folder);
    expect(trustIn(folder)).toBe('whole');

    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
    expect(existsSync(layoutOf(copy).seal)).toBe(true);
    expect(trustIn(copy)).toBe('unknown');
    await (await openTest(copy)).close();
    expect(trustIn(copy)).toBe('whole');

    const backup = join(temporaryFolder(), 'backup.sqlite');
    copyFileSync(database, backup);
    restoreDatabase(folder, backup);
    expect(trustIn(folder)).toBe('unknown');
    await (await openTest(folder)).close();
    expect(trustIn(folder)).toBe('whole');

    // A log that somebody put beside it is no log of its own.
    writeFileSync(`${database}-wal`, 'something');
    expect(trustIn(folder)).toBe('unknown');
    writeFileSync(`${database}-wal`, '');
    expect(trustIn(folder)).toBe('whole');
    writeFileSync(seal, readFileSync(seal).subarray(0, 20));
    expect(trustIn(folder)).toBe('unknown');
  });

  it('is trusted no more once another has written to it, whatever its size and time say', async () => {
    const folder = await closed();
    const { database } = layoutOf(folder);
    const { atime, mtime, size } = statSync(database);
    damage(folder);
    utimesSync(database, atime, mtime);
    expect(statSync(database)).toMatchObject({ mtime, size });
    expect(trustIn(folder)).toBe('unknown');
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'WORKSPACE_CORRUPT' });
  });

  it('is not vouched for where another program wrote to it while it was open', async () => {
    const folder = await closed();
    const workspace = await openTest(folder);
    const other = new Database(layoutOf(folder).database);
    other.exec("insert into meta values ('theirs', 'x')");
    other.pragma('wal_checkpoint(truncate)');
    other.close();
    await workspace.recordEpoch(RUN, recordOf(30), null, []);
    await workspace.close();
    expect(trustIn(folder)).toBe('unknown');
  });

  it('is taken on trust after a kill alone, and read whole where it was touched after that', async () => {
    const folder = await closed();
    await killed(folder, 3);
    expect(trustIn(folder)).toBe('unchecked');
    damage(folder);
    expect(trustIn(folder)).toBe('unknown');
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'WORKSPACE_CORRUPT' });
  });
});

describe('a database that was not closed in order', () => {
  it('is read whole while it is used, and trusted from then on', async () => {
    const folder = await closed();
    await killed(folder, 3);
    const short = await openTest(folder);
    await short.close();
    // Closed before the check: it is still to be made.
    expect(trustIn(folder)).toBe('unchecked');
    const workspace = await openTest(folder);
    const checked = () =>
      (JSON.parse(readFileSync(layoutOf(folder).seal, 'utf8')) as { checked: boolean }).checked;
    await expect.poll(checked, { timeout: 20_000 }).toBe(true);
    await workspace.close();
    expect(trustIn(folder)).toBe('whole');
  });

  it('stops every write and says so where it is found to be damaged, and is refused at the next opening', async () => {
    const folder = await closed();
    const { database } = layoutOf(folder);
    const reader = new Database(database, { readonly: true });
    const root = reader
      .prepare("select rootpage from sqlite_schema where name = 'planes'")
      .pluck()
      .get() as number;
    reader.close();
    // Only masks are damaged, which no opening looks at.
    writeFileSync(database, readFileSync(database).fill(0, 8192 * (root - 1), 8192 * root));
    // As a disk damages it, whose file system knows of no change: the seal is of the file as it is.
    new Seal(folder, false);
    const workspace = await openTest(folder);
    const told: string[] = [];
    workspace.onDamage((sentence) => told.push(sentence));
    await expect
      .poll(() => told, { timeout: 20_000 })
      .toEqual([expect.stringContaining('cascade restore FILE')]);
    await expect(workspace.setPriority(RUN, 1)).rejects.toMatchObject({ code: 'WORKSPACE_CORRUPT' });
    await workspace.close();
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'WORKSPACE_CORRUPT' });
  });
});
