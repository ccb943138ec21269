import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { connect, openDatabase } from '../../../main/workspace/database.ts';
import { APPLICATION_ID } from '../../../main/workspace/layout.ts';
import type { Migration } from '../../../main/workspace/migrations/migration.ts';
import { costs } from '../../../main/workspace/migrations/0013-costs.ts';
import { excessTotals } from '../../../main/workspace/migrations/0011-excess-totals.ts';
import { MIGRATIONS } from '../../../main/workspace/migrations/migrations.ts';
import {
  APPLICATION,
  CONTROL,
  ENVIRONMENT,
  newRun,
  openTest,
  recordOf,
  RUN,
  SPECIFICATION,
  temporaryFolder,
} from './fixtures.ts';

const addColour: Migration = {
  title: 'a colour for runs',
  up: (database) => database.exec("alter table runs add column colour text not null default 'red'"),
};
const fails: Migration = {
  title: 'something impossible',
  up: (database) =>
    database.exec('alter table runs add column half text; alter table nowhere add column other text'),
};

function pragma(folder: string, name: string): unknown {
  const database = new Database(join(folder, 'workspace.sqlite'), { readonly: true });
  try {
    return database.pragma(name, { simple: true });
  } finally {
    database.close();
  }
}

async function aWorkspace(): Promise<string> {
  const folder = temporaryFolder();
  const workspace = await openTest(folder);
  await workspace.addRun(newRun(RUN));
  await workspace.recordEpoch(RUN, recordOf(0), null, []);
  await workspace.close();
  return folder;
}

describe('migrations', () => {
  it('0001 makes every table of a new workspace, which says whose it is', async () => {
    const folder = await aWorkspace();
    expect(pragma(folder, 'application_id')).toBe(APPLICATION_ID);
    expect(pragma(folder, 'user_version')).toBe(MIGRATIONS.length);
    expect(pragma(folder, 'journal_mode')).toBe('wal');
    const database = openDatabase(folder, 'cascade-lab 2');
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .pluck()
      .all();
    expect(tables.filter((name) => !String(name).startsWith('sqlite_'))).toEqual([
      'arms',
      'channel_tables',
      'checkpoints',
      'class_epochs',
      'documents',
      'environments',
      'epochs',
      'events',
      'excess',
      'excess_totals',
      'figures',
      'kept_counts',
      'kept_studies',
      'layer_epochs',
      'layers',
      'magnitudes',
      'memberships',
      'meta',
      'planes',
      'predictions',
      'runs',
      'studies',
      'tags',
    ]);
    const meta = Object.fromEntries(
      database.prepare('select key, value from meta').raw().all() as [string, string][],
    );
    expect(meta).toMatchObject({ 'created-by': APPLICATION, 'opened-by': 'cascade-lab 2' });
    database.close();
    // No backup is made of what needed no migration.
    expect(readdirSync(folder).filter((name) => name.includes('backup'))).toEqual([]);
  });

  it('0004 keeps the excess that was counted, as that over the one control that a run had', async () => {
    const folder = temporaryFolder();
    const older = openDatabase(folder, APPLICATION, MIGRATIONS.slice(0, 3));
    const specification = JSON.stringify(SPECIFICATION);
    const insert = older.prepare(
      `insert into runs (id, hash, seed, specification, control, epochs_total, prunes, state, created_at)
       values (?, ?, ?, ?, ?, 10, 1, 'finished', 0)`,
    );
    insert.run(CONTROL, 'a', 1, specification, null);
    insert.run(RUN, 'b', 1, specification, 1);
    older.exec("insert into layers (run, position, name, weights, channels) values (2, 0, 'dense', 20, 2)");
    const labels = SPECIFICATION.thresholds.length;
    older
      .prepare('insert into excess (run, epoch, layer, kept, shed, control_shed) values (2, ?, 1, 10, ?, ?)')
      .run(3, JSON.stringify(Array(labels).fill(6)), JSON.stringify(Array(labels).fill(1)));
    older.close();

    const workspace = await openTest(folder);
    const [excess, ...more] = await workspace.excess(RUN);
    expect(more).toEqual([]);
    expect(excess).toMatchObject({ epoch: 3, run: { '1e-4': 0.6 }, control: { '1e-4': 0.1 } });
    expect((await workspace.summary(RUN)).excess).toEqual(excess!.excess);
    expect(await workspace.excess(RUN, 'previous-mask')).toEqual([]);
    expect((await workspace.summary(RUN)).previousMask).toBeNull();
    await workspace.close();
    expect(pragma(folder, 'foreign_key_check')).toBeUndefined();
  });

  it('0011 adds up the excess of the layers, but at a threshold that one of them lacks', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(CONTROL));
    await workspace.addRun(newRun(RUN, { control: CONTROL, previousMask: CONTROL }));
    for (const id of [CONTROL, RUN])
      for (const epoch of [0, 1, 2])
        await workspace.recordEpoch(id, recordOf(epoch, id === RUN ? 1 : 2), null, []);
    await workspace.close();
    const file = join(folder, 'workspace.sqlite');
    const older = new Database(file);
    older.exec(`
      update excess set control_shed = json_set(control_shed, '$[2]', null) where epoch = 1 and layer % 2 = 1;
      alter table excess_totals rename to stored;
      drop index excess_totals_of_control`);
    excessTotals.up(older);
    const rows = (table: string) =>
      older.prepare(`select * from ${table} order by run, control, epoch`).all() as Record<string, unknown>[];
    const [stored, made] = [rows('stored'), rows('excess_totals')];
    expect(stored).toHaveLength(3);
    const lacking = JSON.parse(String(stored[1]!['control_shed'])) as (number | null)[];
    lacking[2] = null;
    stored[1]!['control_shed'] = JSON.stringify(lacking);
    expect(made).toEqual(stored);
    older.close();
  });

  it('0013 finds what layers and networks cost as it is recorded now, also in a run that was given its epochs', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    for (const id of [RUN, CONTROL]) await workspace.addRun(newRun(id));
    await workspace.setEnvironment(RUN, ENVIRONMENT);
    for (const epoch of [0, 1]) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
    await workspace.adoptEpochs(CONTROL, RUN, 1);
    await workspace.close();
    const file = join(folder, 'workspace.sqlite');
    const older = new Database(file);
    const found = () => [
      older.prepare('select run, name, macs from layers order by id').all(),
      older.prepare('select run, other_parameters from environments').all(),
    ];
    const recorded = found();
    expect(recorded).toEqual([
      [1, 2].flatMap((run) => [
        { run, name: 'conv', macs: 144 },
        { run, name: 'dense', macs: 21 },
      ]),
      [{ run: 1, other_parameters: 3 }],
    ]);
    older.exec(`
      alter table layers drop column macs;
      alter table environments drop column other_parameters`);
    older
      .prepare(
        'insert into environments (run, environment, network) select 2, environment, network from environments',
      )
      .run();
    costs.up(older);
    expect(found()).toEqual([recorded[0], [...recorded[1]!, { run: 2, other_parameters: 3 }]]);
    older.close();
  });

  it('0005 numbers the arms of each study in the order in which they came', async () => {
    const folder = temporaryFolder();
    const older = openDatabase(folder, APPLICATION, MIGRATIONS.slice(0, 4));
    const insert = older.prepare(
      `insert into runs (id, hash, seed, specification, epochs_total, prunes, state, created_at)
       values (?, ?, 1, ?, 10, 1, 'finished', 0)`,
    );
    const member = older.prepare('insert into memberships (run, study, arm) values (?, ?, ?)');
    const ids = ['control of zebra', 'zebra', 'ant', 'trunk of ant', 'zebra', 'moth'].map((arm, index) => {
      const id = `${String(index).padStart(12, '0')}-s1`;
      const { lastInsertRowid } = insert.run(id, String(index), JSON.stringify(SPECIFICATION));
      member.run(lastInsertRowid, index === 5 ? 'other' : 'first', arm);
      return id;
    });
    older.close();

    const workspace = await openTest(folder);
    const placeOf = async (id: string) => (await workspace.summary(id)).memberships[0]!.place;
    expect(await Promise.all(ids.map(placeOf))).toEqual([null, 0, 1, null, 0, 0]);
    const last = '0000000000aa-s1';
    await workspace.addRun(newRun(last, { study: 'first', arm: 'newest' }));
    expect(await placeOf(last)).toBe(2);
    await workspace.close();
  });

  it('0006 leaves unsaid which channels were freed, and all but the first rate, in epochs that were recorded before', async () => {
    const folder = temporaryFolder();
    const older = openDatabase(folder, APPLICATION, MIGRATIONS.slice(0, 5));
    older
      .prepare(
        `insert into runs (id, hash, seed, specification, epochs_total, prunes, state, created_at)
         values (?, 'a', 1, ?, 10, 1, 'finished', 0)`,
      )
      .run(RUN, JSON.stringify(SPECIFICATION));
    const shed = JSON.stringify(SPECIFICATION.thresholds.map(() => 3));
    older.exec(`
      insert into epochs (run, epoch, phase, learning_rate, steps, training_seconds, evaluation_seconds,
        measurement_seconds, weights, pruned, inert, zero, shed, recorded_at)
        values (1, 0, 'initial', 0.1, 10, 1, 1, 1, 20, 5, 0, 0, '${shed}', 0);
      insert into layers (run, position, name, weights, channels) values (1, 0, 'dense', 20, 2);
      insert into layer_epochs (layer, epoch, pruned, inert, zero, norm, shed, shed_and_inert)
        values (1, 0, 5, 0, 0, 1, '${shed}', '${shed}');`);
    older.close();

    const workspace = await openTest(folder);
    const [epoch] = await workspace.epochs(RUN);
    const unknown = { freedChannels: null, freed: null };
    expect(epoch).toMatchObject({
      learningRate: 0.1,
      learningRateMean: null,
      learningRateLast: null,
      freedMedian: null,
      channels: 2,
      ...unknown,
      layers: [{ name: 'dense', channels: 2, ...unknown }],
    });
    await workspace.close();
  });

  it('bring an older workspace on, after a backup of it', async () => {
    const folder = await aWorkspace();
    const database = openDatabase(folder, APPLICATION, [...MIGRATIONS, addColour]);
    expect(database.prepare('select id, colour from runs').all()).toEqual([{ id: RUN, colour: 'red' }]);
    database.close();
    expect(pragma(folder, 'user_version')).toBe(MIGRATIONS.length + 1);

    const backup = join(folder, `workspace.schema-${MIGRATIONS.length}.backup.sqlite`);
    const copy = new Database(backup, { readonly: true });
    expect(copy.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    expect(copy.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(copy.prepare('select count(*) from planes').pluck().get()).toBe(2);
    copy.close();
    expect(existsSync(`${backup}.partial`)).toBe(false);
  });

  it('that fail leave the workspace as it was, and stop', async () => {
    const folder = await aWorkspace();
    const never: Migration = {
      title: 'never reached',
      up: () => {
        throw new Error('reached');
      },
    };
    expect(() => openDatabase(folder, APPLICATION, [...MIGRATIONS, addColour, fails, never])).toThrowError(
      expect.objectContaining({
        code: 'WORKSPACE_MIGRATION',
        message: expect.stringMatching(/something impossible.*nowhere.*backup\.sqlite is a copy/),
      }),
    );
    expect(pragma(folder, 'user_version')).toBe(MIGRATIONS.length + 1);
    const database = connect(join(folder, 'workspace.sqlite'), 'read');
    const columns = database.pragma('table_info(runs)') as { name: string }[];
    expect(columns.map(({ name }) => name)).toContain('colour');
    expect(columns.map(({ name }) => name)).not.toContain('half');
    database.close();
  });

  it('are refused for a newer schema, and nothing is changed', async () => {
    const folder = await aWorkspace();
    openDatabase(folder, APPLICATION, [...MIGRATIONS, addColour]).close();
    const before = readFileSync(join(folder, 'workspace.sqlite'));
    await expect(openTest(folder)).rejects.toMatchObject({
      code: 'WORKSPACE_NEWER',
      message: expect.stringContaining('newer Cascade Lab'),
    });
    expect(Buffer.compare(readFileSync(join(folder, 'workspace.sqlite')), before)).toBe(0);
  });

  it("are not made on another program's database", async () => {
    const folder = temporaryFolder();
    const other = new Database(join(folder, 'workspace.sqlite'));
    other.exec('create table theirs (x)');
    other.close();
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'WORKSPACE_FOREIGN' });
  });

  it('start over where the very first opening was cut short', async () => {
    const folder = temporaryFolder();
    const database = new Database(join(folder, 'workspace.sqlite'));
    database.pragma('journal_mode = wal');
    database.close();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN));
    expect(await workspace.listRuns()).toHaveLength(1);
  });
});

describe('every connection', () => {
  it('has WAL, synchronous=FULL and foreign keys, whatever the defaults are', async () => {
    const folder = await aWorkspace();
    for (const access of ['write', 'read'] as const) {
      const database = connect(join(folder, 'workspace.sqlite'), access);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('synchronous', { simple: true })).toBe(2);
      expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
      database.close();
    }
    rmSync(folder, { recursive: true });
  });
});
