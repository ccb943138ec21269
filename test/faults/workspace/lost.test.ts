import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../../main/workspace/database.ts';
import { layoutOf } from '../../../main/workspace/layout.ts';
import { MIGRATIONS } from '../../../main/workspace/migrations/migrations.ts';
import { beginAnew, restoreDatabase } from '../../../main/workspace/replacement.ts';
import { Writer } from '../../../main/workspace/writer/writer.ts';
import {
  APPLICATION,
  CONTROL,
  imageOf,
  newRun,
  recordOf,
  RUN,
  temporaryFolder,
} from '../../main/workspace/fixtures.ts';

/** Without threads: a writer that the test's end closes. */
function open(folder: string): Writer {
  const writer = new Writer(folder, APPLICATION);
  onTestFinished(() => {
    try {
      writer.close();
    } catch {
      // The test has closed it.
    }
  });
  return writer;
}

function record(writer: Writer, id: string, from: number, to: number): void {
  for (let epoch = from; epoch <= to; epoch++)
    writer.recordEpoch(id, recordOf(epoch), imageOf(epoch), [], null);
}

/** A workspace with a run of three epochs, and their checkpoints. */
function aWorkspace(folder = temporaryFolder()): string {
  const writer = open(folder);
  writer.addRun(newRun(RUN));
  record(writer, RUN, 0, 2);
  writer.close();
  return folder;
}

/** Every checkpoint below the folder, and what is in it. */
function checkpointsIn(folder: string): Record<string, string> {
  const { checkpoints } = layoutOf(folder);
  const names = readdirSync(checkpoints, { recursive: true }) as string[];
  return Object.fromEntries(
    names
      .filter((name) => name.endsWith('.safetensors'))
      .sort()
      .map((name) => [name, readFileSync(join(checkpoints, name)).toString('base64')]),
  );
}

const imageText = (epoch: number): string => Buffer.from(imageOf(epoch).bytes).toString('base64');
const thrown = (work: () => unknown): { code: string; message: string } => {
  try {
    work();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('Nothing was thrown.');
};

/** Runs the commands between backticks that a message advises, as a person would. */
function advised(message: string, command: 'restore' | 'anew', file?: string): string {
  const text = [...message.matchAll(/`cascade (\w+) ([^`]*)`/g)].find(([, name]) => name === command);
  expect(text, message).toBeDefined();
  const words = [...text![2]!.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const folder = words[words.indexOf('--workspace') + 1]!;
  return command === 'anew' ? beginAnew(folder, APPLICATION) : restoreDatabase(folder, file ?? words[0]!);
}

describe('a workspace without its database', () => {
  const losses: [string, (file: string) => void][] = [
    ['is missing', (file) => rmSync(file)],
    ['is empty', (file) => truncateSync(file, 0)],
    [
      'holds nothing',
      (file) => {
        rmSync(file);
        const database = new Database(file);
        database.pragma('journal_mode = wal');
        database.close();
      },
    ],
    [
      'knows no run',
      (file) => void new Database(file).exec('pragma foreign_keys = off; delete from runs').close(),
    ],
  ];
  it.each(losses)('is refused where it %s, and every checkpoint stays', (what, lose) => {
    const folder = aWorkspace();
    const before = checkpointsIn(folder);
    expect(Object.keys(before)).toHaveLength(3);
    lose(layoutOf(folder).database);
    const names = readdirSync(folder).sort();
    const error = thrown(() => new Writer(folder, APPLICATION));
    expect(error.code).toBe('WORKSPACE_LOST');
    expect(error.message).toContain(what);
    expect(error.message).toContain('3 checkpoints of 1 run');
    expect(checkpointsIn(folder)).toEqual(before);
    expect(
      readdirSync(folder)
        .filter((name) => !/-(wal|shm)$/.test(name))
        .sort(),
    ).toEqual(names);

    // Each way out is one that can be taken, and keeps every file.
    expect(advised(error.message, 'anew')).toContain('begins with an empty database');
    const writer = open(folder);
    expect(writer.notices).toEqual([]);
    const kept = Object.entries(before).map(([name, bytes]) => [join('lost', name), bytes]);
    expect(checkpointsIn(folder)).toEqual(Object.fromEntries(kept));
    // The same run, trained again, takes its place beside what was kept.
    writer.addRun(newRun(RUN));
    record(writer, RUN, 0, 0);
    expect(checkpointsIn(folder)).toMatchObject({
      ...Object.fromEntries(kept),
      [`${RUN}/epoch-0.safetensors`]: imageText(0),
    });
  });

  it('takes a copy of the database, and then knows every checkpoint', () => {
    const folder = aWorkspace();
    const before = checkpointsIn(folder);
    const copy = join(temporaryFolder(), "it's a copy.sqlite");
    copyFileSync(layoutOf(folder).database, copy);
    rmSync(layoutOf(folder).database);
    const error = thrown(() => new Writer(folder, APPLICATION));
    advised(error.message, 'restore', copy);
    expect(open(folder).notices).toEqual([]);
    expect(checkpointsIn(folder)).toEqual(before);
  });

  it.each([0, 60, 4096, 8192, 20_000])('is refused where only %i bytes of it are left', (size) => {
    const folder = aWorkspace();
    const before = checkpointsIn(folder);
    truncateSync(layoutOf(folder).database, size);
    expect(thrown(() => new Writer(folder, APPLICATION)).code).toMatch(/^WORKSPACE_(LOST|CORRUPT)$/);
    expect(checkpointsIn(folder)).toEqual(before);
  });

  it('is refused where another program wrote it, or no database is it', () => {
    const folder = aWorkspace();
    const before = checkpointsIn(folder);
    rmSync(layoutOf(folder).database);
    new Database(layoutOf(folder).database).exec('create table theirs (x)').close();
    expect(thrown(() => new Writer(folder, APPLICATION)).code).toBe('WORKSPACE_FOREIGN');
    writeFileSync(layoutOf(folder).database, 'some text, which is no database at all\n'.repeat(300));
    expect(thrown(() => new Writer(folder, APPLICATION)).code).toBe('WORKSPACE_CORRUPT');
    expect(checkpointsIn(folder)).toEqual(before);
  });

  it('is refused beside a log or a backup alone, and a folder that is empty opens', () => {
    const folder = temporaryFolder();
    open(folder).close();
    rmSync(layoutOf(folder).database);
    writeFileSync(`${layoutOf(folder).database}-wal`, 'something');
    expect(thrown(() => new Writer(folder, APPLICATION)).message).toContain('workspace.sqlite-wal');
    rmSync(`${layoutOf(folder).database}-wal`);
    writeFileSync(join(folder, 'workspace.schema-2.backup.sqlite'), 'something');
    expect(thrown(() => new Writer(folder, APPLICATION)).message).toContain('schema-2.backup.sqlite');
    rmSync(join(folder, 'workspace.schema-2.backup.sqlite'));
    open(folder).close();
    mkdirSync(join(temporaryFolder(), 'checkpoints'));
    open(temporaryFolder()).close();
  });

  it('is not begun anew where it is whole', () => {
    const folder = aWorkspace();
    expect(thrown(() => beginAnew(folder, APPLICATION))).toMatchObject({ code: 'CONFLICT' });
    expect(Object.keys(checkpointsIn(folder))).toHaveLength(3);
  });
});

describe('a database that is older than the checkpoints', () => {
  it('sets aside what it does not know, goes on, and finds it again when the newer one comes back', () => {
    const folder = aWorkspace();
    const { database } = layoutOf(folder);
    const old = join(temporaryFolder(), 'old.sqlite');
    copyFileSync(database, old);
    const first = open(folder);
    first.addRun(newRun(CONTROL));
    record(first, CONTROL, 0, 0);
    record(first, RUN, 3, 4);
    first.close();
    const before = checkpointsIn(folder);
    const newer = join(temporaryFolder(), 'newer.sqlite');
    copyFileSync(database, newer);

    copyFileSync(old, database);
    const second = open(folder);
    expect(second.notices).toEqual([
      expect.stringMatching(/did not know 3 checkpoints of 2 runs: nothing was deleted/),
    ]);
    expect(checkpointsIn(folder)).toEqual({
      [`${RUN}/epoch-0.safetensors`]: imageText(0),
      [`${RUN}/epoch-1.safetensors`]: imageText(1),
      [`${RUN}/epoch-2.safetensors`]: imageText(2),
      [`lost/${CONTROL}/epoch-0.safetensors`]: imageText(0),
      [`lost/${RUN}/epoch-3.safetensors`]: imageText(3),
      [`lost/${RUN}/epoch-4.safetensors`]: imageText(4),
    });
    // It goes on after the epoch that it knows.
    record(second, RUN, 3, 3);
    second.close();
    expect(eventsOf(folder, RUN)).toContain('checkpoints-set-aside');

    // Set aside once more, with another content under a name that is taken, and with the same.
    writeFileSync(join(folder, 'checkpoints', RUN, 'epoch-4.safetensors'), 'another');
    cpSync(
      join(folder, 'checkpoints', 'lost', RUN, 'epoch-3.safetensors'),
      join(folder, 'checkpoints', RUN, 'epoch-9.safetensors'),
    );
    open(folder).close();
    const lost = join(folder, 'checkpoints', 'lost', RUN);
    expect(readdirSync(lost).sort()).toEqual([
      'epoch-3.safetensors',
      'epoch-4.2.safetensors',
      'epoch-4.safetensors',
      'epoch-9.safetensors',
    ]);
    expect(readFileSync(join(lost, 'epoch-4.2.safetensors'), 'utf8')).toBe('another');
    writeFileSync(join(folder, 'checkpoints', RUN, 'epoch-4.safetensors'), 'another');
    open(folder).close();
    expect(readdirSync(lost)).toHaveLength(4);

    restoreDatabase(folder, newer);
    const third = open(folder);
    expect(third.notices).toEqual([expect.stringMatching(/^2 checkpoints of 2 runs came back/)]);
    expect(checkpointsIn(folder)).toMatchObject(before);
  });

  it('comes of a copy without its log, which lacks no more than the last seconds', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const folder = temporaryFolder();
    const writer = open(folder);
    const knows = (): number[] => {
      const copy = temporaryFolder();
      copyFileSync(layoutOf(folder).database, layoutOf(copy).database);
      const database = openDatabase(copy, APPLICATION);
      onTestFinished(() => void database.close());
      return database.prepare('select epoch from epochs order by epoch').pluck().all() as number[];
    };
    writer.addRun(newRun(RUN));
    record(writer, RUN, 0, 1);
    expect(knows()).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(knows()).toEqual([0, 1]);
    record(writer, RUN, 2, 2);
    writer.setState(RUN, 'stopped', null);
    expect(knows()).toEqual([0, 1, 2]);
  });

  it('does not take the log of another, as where a backup is put in its place by hand', () => {
    const folder = aWorkspace();
    const { database } = layoutOf(folder);
    const source = new Database(database, { readonly: true });
    const backup = join(folder, 'workspace.schema-1.backup.sqlite');
    source.prepare('vacuum into ?').run(backup);
    source.close();
    // Killed: its log stays.
    const writer = open(folder);
    record(writer, RUN, 3, 40);
    const killed = temporaryFolder();
    cpSync(folder, killed, { recursive: true });
    const log = readFileSync(`${database}-wal`);
    expect(log.length).toBeGreaterThan(100_000);

    const moved = layoutOf(killed);
    renameSync(join(killed, 'workspace.schema-1.backup.sqlite'), moved.database);
    const again = open(killed);
    expect(again.notices[0]).toMatch(/log beside workspace.sqlite was of another database/);
    expect(again.notices[1]).toMatch(/did not know 38 checkpoints of the run/);
    expect(Buffer.compare(readFileSync(join(moved.lost, 'workspace.sqlite-wal')), log)).toBe(0);
    record(again, RUN, 3, 5);
    again.close();
    open(killed);
  });
});

function eventsOf(folder: string, run: string): string[] {
  const database = new Database(layoutOf(folder).database, { readonly: true });
  try {
    return database
      .prepare('select kind from events join runs on number = run where runs.id = ?')
      .pluck()
      .all(run) as string[];
  } finally {
    database.close();
  }
}

describe('checkpoints that are missing', () => {
  it('are told of once, with what brings them back', () => {
    const folder = aWorkspace();
    rmSync(join(folder, 'checkpoints', RUN, 'epoch-1.safetensors'));
    const writer = open(folder);
    expect(writer.notices).toEqual([
      expect.stringContaining(`\`cascade resume ${RUN}\` trains what it lacks`),
    ]);
    writer.close();
    const again = open(folder);
    expect(again.notices).toEqual([]);
    again.close();
    expect(eventsOf(folder, RUN)).toEqual(['interrupted', 'checkpoints-missing']);
  });
});

describe('a run that was being deleted when the process died', () => {
  it('is gone where its rows were, and is whole where they were not', () => {
    const folder = aWorkspace();
    const before = checkpointsIn(folder);
    const files = join(folder, 'checkpoints', RUN);
    renameSync(files, `${files}.removed`);
    open(folder).close();
    expect(checkpointsIn(folder)).toEqual(before);

    const writer = open(folder);
    writer.removeRun(RUN);
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual([]);
    writer.close();
    mkdirSync(`${files}.removed`);
    writeFileSync(join(`${files}.removed`, 'epoch-0.safetensors'), 'of the run that was deleted');
    open(folder).close();
    expect(existsSync(`${files}.removed`)).toBe(false);
  });

  it('stays whole where it cannot be deleted', () => {
    const folder = temporaryFolder();
    const writer = open(folder);
    writer.addRun(newRun(CONTROL));
    writer.addRun({ ...newRun(RUN), control: CONTROL });
    record(writer, CONTROL, 0, 1);
    const before = checkpointsIn(folder);
    expect(thrown(() => writer.removeRun(CONTROL)).code).toBe('CONFLICT');
    expect(checkpointsIn(folder)).toEqual(before);
  });
});

describe('what the messages about backups advise', () => {
  it('brings back a workspace whose database is damaged after a migration, with every checkpoint', () => {
    const folder = aWorkspace();
    // A migration makes the backup; epochs are trained after it; then the database is damaged.
    const added = {
      title: 'something',
      up: (database: Database.Database) => void database.exec('create table added (x)'),
    };
    openDatabase(folder, APPLICATION, [...MIGRATIONS, added]).close();
    new Database(layoutOf(folder).database).exec(`pragma user_version = ${MIGRATIONS.length}`).close();
    const writer = open(folder);
    record(writer, RUN, 3, 5);
    writer.close();
    const before = checkpointsIn(folder);
    writeFileSync(
      layoutOf(folder).database,
      readFileSync(layoutOf(folder).database).fill(0, 8192 * 2, 8192 * 6),
    );
    const error = thrown(() => new Writer(folder, APPLICATION));
    expect(error.code).toBe('WORKSPACE_CORRUPT');
    const backup = readdirSync(folder).find((name) => name.endsWith('.backup.sqlite'))!;
    advised(error.message, 'restore', join(folder, backup));
    const again = open(folder);
    expect(again.notices).toEqual([expect.stringMatching(/did not know 3 checkpoints/)]);
    record(again, RUN, 3, 5);
    again.close();
    expect(checkpointsIn(folder)).toMatchObject(before);
    expect(existsSync(join(layoutOf(folder).lost, 'workspace.sqlite'))).toBe(true);

    // Where there is no copy, it begins without the database, and every file is kept.
    truncateSync(layoutOf(folder).database, 20_000);
    expect(advised(thrown(() => new Writer(folder, APPLICATION)).message, 'anew')).toContain('begins with');
    expect(open(folder).notices).toEqual([]);
    const kept = Object.keys(checkpointsIn(folder));
    for (const name of Object.keys(before)) expect(kept).toContain(join('lost', name));
  });
});

describe.runIf(process.platform !== 'win32')('the modes of a workspace', () => {
  const modesIn = (folder: string): Record<string, string> =>
    Object.fromEntries(
      ['', ...(readdirSync(folder, { recursive: true }) as string[])].map((name) => {
        const found = lstatSync(join(folder, name));
        return [name, `${found.isDirectory() ? 'd' : 'f'}${(found.mode & 0o7777).toString(8)}`];
      }),
    );
  const wrong = (folder: string): string[] =>
    Object.entries(modesIn(folder))
      .filter(([, mode]) => mode !== 'd700' && mode !== 'f600')
      .map(([name, mode]) => `${name}: ${mode}`);

  it.each([0o000, 0o022, 0o777])('are for its owner alone under the umask %o', (mask) => {
    const folder = join(temporaryFolder(), 'new');
    const before = process.umask(mask);
    onTestFinished(() => void process.umask(before));
    const writer = open(folder);
    writer.addRun(newRun(RUN));
    record(writer, RUN, 0, 1);
    expect(wrong(folder)).toEqual([]);
    expect(Object.keys(modesIn(folder))).toEqual(
      expect.arrayContaining(['workspace.sqlite-wal', 'workspace.owner.json']),
    );
  });

  it('are repaired at opening, but for what is not ours', () => {
    const folder = aWorkspace();
    const open_ = (path: string, mode: number): void => chmodSync(join(folder, path), mode);
    for (const [name, mode] of Object.entries(modesIn(folder)))
      open_(name, mode.startsWith('d') ? 0o755 : 0o644);
    writeFileSync(join(folder, 'notes.txt'), 'a person put this here', { mode: 0o644 });
    open(folder);
    expect(wrong(folder)).toEqual(['notes.txt: f644']);
  });

  it('are left as they are of a folder that is there for others', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.txt'), 'a person put this here');
    chmodSync(folder, 0o755);
    const writer = open(folder);
    writer.addRun(newRun(RUN));
    record(writer, RUN, 0, 0);
    expect(wrong(folder).filter((line) => !line.startsWith('notes.txt'))).toEqual([': d755']);
  });
});
