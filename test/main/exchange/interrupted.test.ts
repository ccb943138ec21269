import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect } from '../../../main/workspace/database.ts';
import { cancelWork, sharedProgress, Work } from '../../../main/workspace/exchange/shared-progress.ts';
import { openSource } from '../../../main/workspace/exchange/source.ts';
import { stageCheckpoints } from '../../../main/workspace/exchange/stage-checkpoints.ts';
import type { TakenRun } from '../../../main/workspace/exchange/taken-run.ts';
import { layoutOf } from '../../../main/workspace/layout.ts';
import { runTable, tablesOf, WORKSPACE_TABLES } from '../../../main/workspace/exchange/run-tables.ts';
import { CONTROL, openTest, RUN, temporaryFolder } from '../workspace/fixtures.ts';
import { aWorkspace, everything, look, pack, take, TRUNK } from './helpers.ts';

/** Dies while it takes runs into an empty workspace. @returns that workspace, the one that they are from, and their file */
async function died(moment: 'rows' | 'moves'): Promise<{ there: string; folder: string; path: string }> {
  const there = await aWorkspace(3);
  const { path } = await pack(there, [RUN]);
  const here = await openTest(temporaryFolder());
  await here.close();
  // What the exchange thread lays ready for the writer.
  const { exchange } = layoutOf(here.folder);
  const ready = temporaryFolder();
  const source = openSource(path, ready, new Work(sharedProgress()));
  const stage = join(exchange, 'stage');
  const runs = ([TRUNK, CONTROL, RUN] as const).map((id): TakenRun => {
    const number = source.database.prepare('select number from runs where id = ?').pluck().get(id) as number;
    const { staged } = stageCheckpoints(source, number, id, ready, () => true, new Work(sharedProgress()));
    return { id, how: 'add', epochsHere: 0, checkpoints: staged };
  });
  source.database.close();
  const child = join(import.meta.dirname, 'killed-child.ts');
  const ended = spawnSync(process.execPath, [
    '--no-warnings',
    child,
    moment,
    here.folder,
    path,
    JSON.stringify(runs),
  ]);
  expect([ended.signal, String(ended.stderr)]).toEqual(['SIGKILL', '']);
  // The stage lies in the workspace, which the child's own opening has emptied.
  cpSync(ready, stage, { recursive: true });
  return { there: there.folder, folder: here.folder, path };
}

it('a process that is killed amid the rows leaves the workspace as it was, and the next try is whole', async () => {
  const { there, folder, path } = await died('rows');
  const again = await openTest(folder);
  expect(existsSync(layoutOf(folder).exchange)).toBe(false);
  expect(await again.listRuns()).toEqual([]);
  expect((await take(again, path)).added).toEqual([TRUNK, CONTROL, RUN]);
  const [one, other] = [everything(there, [RUN]), everything(folder, [RUN])];
  for (const table of ['masks', 'epochs', 'checkpoints', 'excess'])
    expect(other[table], table).toEqual(one[table]);
});

it('one that is killed after the commit finds its checkpoints when it is opened again', async () => {
  const { there, folder } = await died('moves');
  const again = await openTest(folder);
  expect(again.notices).toEqual([expect.stringMatching(/6 checkpoints of 3 runs came back/)]);
  const [one, other] = [everything(there, [RUN]), everything(folder, [RUN])];
  for (const table of ['masks', 'epochs', 'checkpoints']) expect(other[table], table).toEqual(one[table]);
  expect(existsSync(layoutOf(folder).exchange)).toBe(false);
});

it('a work that is cancelled, as by a window that closes, takes and leaves nothing', async () => {
  const there = await aWorkspace(3);
  const { path } = await pack(there, [RUN]);
  const here = await openTest(temporaryFolder());
  const { token } = await look(here, path);
  const shared = sharedProgress();
  cancelWork(shared);
  await expect(here.exchange.take(token, 'refuse', 'test', shared)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  await here.exchange.drop(token);
  expect(await here.listRuns()).toEqual([]);
  expect(readdirSync(layoutOf(here.folder).exchange)).toEqual([]);
  await expect(
    there.exchange.pack(
      [RUN],
      there.exchange.place('f'),
      { checkpoints: true, trunks: true, application: '' },
      shared,
    ),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(readdirSync(layoutOf(there.folder).exchange).filter((name) => name.startsWith('f'))).toEqual([]);
});

it('what was looked at and has changed since is not taken', async () => {
  const there = await aWorkspace(3);
  const { path } = await pack(there, [RUN], { trunks: false });
  const here = await openTest(temporaryFolder());
  const first = await look(here, path);
  await take(here, path);
  // Compared once more before it is taken: it is here now.
  expect(await here.exchange.take(first.token, 'refuse', 'test', sharedProgress())).toMatchObject({
    added: [],
    known: [CONTROL, RUN],
  });
});

it('every table of the schema either goes with runs or is known to be of the workspace', async () => {
  const there = await aWorkspace(3);
  const database = connect(layoutOf(there.folder).database, 'read');
  try {
    const strange = tablesOf(database).filter(
      (name) => name !== 'runs' && !WORKSPACE_TABLES.includes(name) && runTable(database, name) === null,
    );
    expect(strange, 'a table that neither refers to runs nor stands in WORKSPACE_TABLES').toEqual([]);
  } finally {
    database.close();
  }
});
