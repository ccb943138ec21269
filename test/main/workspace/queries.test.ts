import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeResult, type SqlResult } from '../../../common/codec/result-frames.ts';
import { sqlTokens } from '../../../common/sql/tokens.ts';
import { utilityStarter } from '../../../main/desktop/child-process.ts';
import { startNodeProcess, type Child, type StartProcess } from '../../../main/threads/child-process.ts';
import { layoutOf } from '../../../main/workspace/layout.ts';
import { Queries } from '../../../main/workspace/query/queries.ts';
import { SqlError } from '../../../main/workspace/query/refusal.ts';
import { openForQueries, runQuery } from '../../../main/workspace/query/run-query.ts';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { ElectronDouble } from '../desktop/electron-double.ts';
import { APPLICATION, newRun, recordOf, RUN } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'cascade-queries-'));
const file = layoutOf(folder).database;
let workspace: Workspace;

beforeAll(async () => {
  workspace = await openWorkspace(folder, { application: APPLICATION });
  await workspace.addRun(newRun(RUN));
  for (const epoch of [0, 1]) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
});
afterAll(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const asked = (sql: string, limit = 1_000, seconds = 30) => ({ sql, limit, seconds });
const read = async (queries: Queries, sql: string, limit?: number): Promise<SqlResult> =>
  decodeResult(await queries.run(asked(sql, limit)));

/** Never ends by itself, and never looks up from what it does. */
const ENDLESS =
  'with recursive numbers (n) as (select 1 union all select n + 1 from numbers) select count(*) from numbers';
/** Wants ever more memory. */
const GREEDY = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers)
  select count(*) from (select n, zeroblob(100000) || n as b from numbers order by b)`;

/** Starts processes as it does, and tells which: ids of those that are still there. */
function watched(start: StartProcess): {
  start: StartProcess;
  ends: (number | string | null)[];
  started: number;
} {
  const watch = { ends: [] as (number | string | null)[], started: 0, start };
  watch.start = (...given): Child => {
    const child = start(...given);
    watch.started++;
    child.onExit((how) => watch.ends.push(how));
    return child;
  };
  return watch;
}

async function allEnded(watch: { ends: unknown[]; started: number }): Promise<void> {
  await expect.poll(() => watch.ends.length, { timeout: 10_000 }).toBe(watch.started);
}

describe('a query', () => {
  it('is answered by a process that then ends, and says what was cut off', async () => {
    const watch = watched(startNodeProcess);
    const queries = new Queries(file, watch.start);
    expect(await read(queries, 'select run, epoch from epochs order by epoch')).toEqual({
      columns: ['run', 'epoch'],
      rows: [
        [RUN, 0],
        [RUN, 1],
      ],
      cut: null,
      took: expect.any(Number),
    });
    const cut = await read(queries, 'select epoch from epochs;', 1);
    expect(cut).toMatchObject({ rows: [[0]], cut: expect.stringContaining('first 1 rows') });
    await allEnded(watch);
  });

  it('is ended after its time, and neither writing nor reading waits for it', async () => {
    const watch = watched(startNodeProcess);
    const queries = new Queries(file, watch.start);
    const running = queries.run(asked(ENDLESS, 10, 1.5));
    const failed = expect(running).rejects.toMatchObject({ code: 'SQL_TIMEOUT' });
    await workspace.recordEpoch(RUN, recordOf(2), null, []);
    expect(await workspace.epochs(RUN)).toHaveLength(3);
    expect(watch.ends).toEqual([]);
    await failed;
    await allEnded(watch);
    // The next is answered, and sees what was written meanwhile.
    expect((await read(queries, 'select max(epoch) as last from epochs')).rows).toEqual([[2]]);
  });

  it('is ended where it takes too much memory', async () => {
    const watch = watched(startNodeProcess);
    await expect(new Queries(file, watch.start).run(asked(GREEDY, 10, 60))).rejects.toMatchObject({
      code: 'SQL_MEMORY',
      message: expect.stringContaining('768 MB'),
    });
    await allEnded(watch);
    // Nothing was set aside on the disk.
    expect(readdirSync(folder).filter((name) => /etilqs|tmp/.test(name))).toEqual([]);
  });

  it('is ended when nobody waits for it, and one that waits for its turn never begins', async () => {
    const watch = watched(startNodeProcess);
    const queries = new Queries(file, watch.start);
    const controllers = [0, 1, 2].map(() => new AbortController());
    const all = controllers.map(({ signal }) => queries.run(asked(ENDLESS), signal));
    const ends = Promise.allSettled(all);
    await expect.poll(() => watch.started).toBe(2);
    controllers[2]!.abort();
    controllers[0]!.abort();
    controllers[1]!.abort();
    expect(await ends).toMatchObject(
      [0, 1, 2].map(() => ({ status: 'rejected', reason: { code: 'CANCELLED' } })),
    );
    await allEnded(watch);
    expect(watch.started).toBe(2);
    expect((await read(queries, 'select 1 as one')).rows).toEqual([[1]]);
  });

  it('ends with the workspace', async () => {
    const watch = watched(startNodeProcess);
    const other = await openWorkspace(mkdtempSync(join(folder, 'other-')), {
      application: APPLICATION,
      startProcess: watch.start,
    });
    const running = other.sql(asked(ENDLESS));
    const failed = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => watch.started).toBe(1);
    await other.close();
    await failed;
    expect(watch.ends).toHaveLength(1);
  });

  it("runs as a process of Electron's own, which does not run as Node", async () => {
    const watch = watched(utilityStarter(new ElectronDouble().electron.utilityProcess));
    const queries = new Queries(file, watch.start);
    expect((await read(queries, 'select count(*) as runs from runs')).rows).toEqual([[1]]);
    await expect(queries.run(asked(ENDLESS, 10, 1))).rejects.toMatchObject({ code: 'SQL_TIMEOUT' });
    await expect(read(queries, 'select wrong from runs')).rejects.toBeInstanceOf(SqlError);
    await allEnded(watch);
  });
});

describe('what is wrong with a query', () => {
  const database = (): ReturnType<typeof openForQueries> => openForQueries(file);
  it.each([
    ['select run fro runs', "cannot be read at 'runs'", 'runs'],
    ['select runs, from runs where run = runs', "cannot be read at 'from'", 'from'],
    ["select ')' from epochs) where a", "cannot be read at ')'", ')'],
    ['select test_acuracy from epochs', "did you mean 'test_accuracy'?", 'test_acuracy'],
    ['select * from epoch', "did you mean 'epochs'?", 'epoch'],
    [
      'select e.run from runs e, epochs f where f.nothing_like_it',
      "no column 'f.nothing_like_it'.",
      'nothing_like_it',
    ],
    ['select run from runs join epochs', "More than one of the views has a column 'run'", 'run'],
    ['select averag(1)', "no function 'averag'.", 'averag'],
    ['select 1 where', 'ends before it is complete', ''],
    ["select 'a", 'has no end', "'a"],
    ['delete from runs', "'delete' is not carried out", 'delete'],
    ['select 1; select 2', 'Only one query', 'select'],
    ['  -- nothing', 'Write a query', null],
  ])('%s', (sql, sentence, part) => {
    const open = database();
    try {
      runQuery(open, sql, 10);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SqlError);
      const { message, place, problems } = error as SqlError;
      expect(message).toContain(sentence);
      expect(message).toMatch(/[.?]$|such as: /);
      expect(place === null ? null : sql.slice(place.from, place.to)).toBe(part);
      if (sql === 'select 1; select 2') expect(place).toEqual({ from: 10, to: 16 });
      if (sql === 'select run fro runs')
        expect(problems).toMatchObject([{ line: 1, column: 16, key: 'runs' }]);
    } finally {
      open.close();
    }
  });
});

describe('nothing is written, attached, or read outside of the workspace', () => {
  const outside = join(folder, 'outside.sqlite');
  it.each([
    `attach '${outside}' as other`,
    `explain attach '${outside}' as other`,
    `vacuum into '${outside}'`,
    'explain pragma query_only = off',
    'pragma query_only = off',
    'explain query plan pragma query_only = off',
    'select 1; pragma query_only = off',
    '/* */ pragma journal_mode = delete',
    'pragma writable_schema = on',
    "select load_extension('/lib/x.so')",
    'select "load_extension"(\'/lib/x.so\')',
    "select fts3_tokenizer('simple')",
    "select [fts3_tokenizer]('simple', x'0000000000000000')",
    'select * from pragma_database_list',
    'select * from "pragma_database_list"',
    "select * from 'pragma_database_list'",
    "select * from main.'PRAGMA_table_list', ('pragma_database_list')",
    'select * from `PRAGMA_optimize`',
    "select readfile('/etc/passwd')",
    "select writefile('x', 'y')",
    "select edit('x')",
    'delete from runs',
    'delete from main.runs returning id',
    'with a as (select 1) delete from main.runs returning id',
    "with a as (select 1) insert into main.meta values ('a', 'b') returning key",
    "update main.runs set note = 'x' returning id",
    'create temp table t (a)',
    'create table t (a)',
    'drop view runs',
    'begin immediate',
    'reindex',
    'analyze',
    "insert into main.meta values ('a', 'b')",
    "select * from channel_rows('not packed', '[]', 3)",
    "select * from class_rows(x'01ffffffff28b52ffd', x'00')",
    'values (1) \0; attach',
    `select * from 'file:/etc/passwd?mode=ro'`,
  ])('%s', (sql) => {
    const before = readFileSync(file);
    const open = openForQueries(file);
    try {
      expect(() => runQuery(open, sql, 10)).toThrow(SqlError);
      // As it was: still only for reading, with one file.
      expect(open.pragma('query_only', { simple: true })).toBe(1);
      expect(
        open
          .prepare("select count(*) from pragma_database_list where name not in ('main', 'temp')")
          .pluck()
          .get(),
      ).toBe(0);
      expect(() => open.exec("insert into main.meta values ('a', 'b')")).toThrow(/readonly|read-only/);
    } finally {
      open.close();
    }
    expect(existsSync(outside)).toBe(false);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

it('SQL is cut into its pieces, whatever stands in quotations and comments', () => {
  const pieces = (sql: string) => sqlTokens(sql).map(({ kind, text }) => `${kind} ${text}`);
  expect(pieces(`select "a""b", 'it''s', [x y] -- rest\n from /* ; */ t where x>=1.5e-3||'ü'`)).toEqual([
    'word select',
    'quoted a"b',
    'sign ,',
    "text 'it''s'",
    'sign ,',
    'quoted x y',
    'word from',
    'word t',
    'word where',
    'word x',
    'sign >=',
    'number 1.5e-3',
    'sign ||',
    "text 'ü'",
  ]);
  expect(pieces("select 'open")).toEqual(['word select', "broken 'open"]);
  expect(pieces('select /* open')).toEqual(['word select', 'broken /* open']);
});
