import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll } from 'vitest';
import type { Differing, ImportedRun, ImportResult } from '../../../common/contract/exchange-schemas.ts';
import { DEFAULT_THRESHOLDS } from '../../../common/thresholds.ts';
import { sharedProgress } from '../../../main/workspace/exchange/shared-progress.ts';
import type { Packed } from '../../../main/workspace/exchange/pack.ts';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { PlaneChains, layersOf } from '../../../main/workspace/chains.ts';
import {
  APPLICATION,
  CONTROL,
  ENVIRONMENT,
  imageOf,
  newRun,
  openTest,
  recordOf,
  RUN,
  temporaryFolder,
} from '../workspace/fixtures.ts';

export const TRUNK = '000000000009-s1';
export const OTHER = '000000000007-s1';
export const EPOCHS = 6;
let tokens = 0;

export const newToken = (): string => (++tokens).toString(16).padStart(32, '0');

const made = new Map<number, string>();
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The folder of a workspace, closed: made once, because every epoch waits for the disk. */
export async function modelOf(epochs = EPOCHS): Promise<string> {
  let model = made.get(epochs);
  if (model === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-exchange-'));
    await fill(folder, epochs);
    made.set(epochs, (model = folder));
  }
  return model;
}

/** A workspace of the test's own. */
export async function aWorkspace(epochs = EPOCHS): Promise<Workspace> {
  const folder = temporaryFolder();
  cpSync(await modelOf(epochs), folder, { recursive: true });
  return openTest(folder);
}

/** A run beside its control, both from a trunk, with all that can be known of them; and one beside them that is alone. */
async function fill(folder: string, epochs: number): Promise<void> {
  const workspace = await openWorkspace(folder, { application: APPLICATION });
  await workspace.addStudy({ name: 'study', title: 'A study', fileName: 'study.yaml', text: 'study: study' });
  await workspace.addRun(newRun(TRUNK, { arm: 'trunk of arm', named: false, prunes: false }));
  await workspace.addRun(newRun(CONTROL, { arm: 'control of arm', named: false, prunes: false }));
  await workspace.addRun(newRun(OTHER, { arm: 'other' }));
  await workspace.addRun(
    newRun(RUN, { control: CONTROL, trunk: { id: TRUNK, epoch: 0, rewindEpoch: null }, arm: 'arm' }),
  );
  for (const [salt, id] of [TRUNK, CONTROL, OTHER, RUN].entries()) {
    await workspace.setEnvironment(id, ENVIRONMENT);
    await workspace.setState(id, 'running', null);
    for (let epoch = 0; epoch < epochs; epoch++)
      await workspace.recordEpoch(id, recordOf(epoch, salt), epoch % 2 === 0 ? imageOf(epoch) : null, [
        { kind: 'pruned', epoch, message: `Pruned <b>${epoch}</b>.`, data: { epoch } },
      ]);
    await workspace.setState(id, 'finished', null);
  }
  await workspace.mark([RUN], { addTags: ['paper', '<script>'], note: 'Seen — “odd”.', starred: true });
  await workspace.close();
}

export async function pack(
  workspace: Workspace,
  ids: readonly string[],
  options: { checkpoints?: boolean; trunks?: boolean } = {},
): Promise<Packed & { path: string }> {
  const path = workspace.exchange.place(newToken());
  const asked = { checkpoints: true, trunks: true, application: APPLICATION, ...options };
  return { ...(await workspace.exchange.pack(ids, path, asked, sharedProgress())), path };
}

export async function look(
  workspace: Workspace,
  path: string,
  { where = '', trunks = true } = {},
): Promise<{ token: string; runs: ImportedRun[] }> {
  const token = newToken();
  const { runs } = await workspace.exchange.open(token, path, { where, trunks }, sharedProgress());
  return { token, runs };
}

export async function take(
  workspace: Workspace,
  path: string,
  { differing = 'refuse' as Differing, where = '' } = {},
): Promise<ImportResult> {
  const { token } = await look(workspace, path, { where });
  try {
    return await workspace.exchange.take(token, differing, APPLICATION, sharedProgress());
  } finally {
    await workspace.exchange.drop(token);
  }
}

type Row = Record<string, unknown>;

/**
 * All that a workspace's database says of some runs, with ids in place of its numbers, masks decoded, and every checkpoint's bytes:
 * two workspaces that say the same are equal.
 */
export function everything(folder: string, ids: readonly string[]): Record<string, Row[]> {
  const database = new Database(join(folder, 'workspace.sqlite'), { readonly: true });
  try {
    const names = new Map(
      (database.prepare('select number, id from runs').raw().all() as [number, string][]).map((row) => row),
    );
    const layers = new Map(
      (
        database.prepare('select id, run, name from layers').all() as {
          id: number;
          run: number;
          name: string;
        }[]
      ).map(({ id, run, name }) => [id, `${names.get(run)}/${name}`]),
    );
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite%'")
      .pluck()
      .all() as string[];
    const found: Record<string, Row[]> = {};
    for (const table of tables) {
      const references = database.pragma(`foreign_key_list(${table})`) as { from: string; table: string }[];
      const rows = (database.prepare(`select * from ${table}`).all() as Row[]).map((row) => {
        const told: Row = { ...row };
        for (const { from, table: to } of references)
          if (told[from] !== null) told[from] = (to === 'runs' ? names : layers).get(told[from] as number);
        if (table === 'runs') delete told['number'];
        if (table === 'layers' || table === 'events' || table === 'studies') delete told['id'];
        if (table === 'planes') for (const name of ['base', 'key_epoch', 'bytes']) delete told[name];
        if (table === 'checkpoints')
          told['bytes'] = readFileSync(
            join(folder, 'checkpoints', String(told['run']), String(told['file'])),
          ).toString('base64');
        return told;
      });
      const isOf = (row: Row): boolean => {
        const owner = table === 'runs' ? row['id'] : (row['run'] ?? row['layer']);
        return owner === undefined || ids.some((id) => String(owner).startsWith(id));
      };
      if (!['meta', 'kept_studies', 'figures'].includes(table))
        found[table] = rows
          .filter(isOf)
          .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
    }
    found['masks'] = ids.flatMap((id) => {
      const number = [...names].find(([, name]) => name === id)?.[0];
      if (number === undefined) return [];
      const last = Number(
        database.prepare('select max(epoch) from epochs where run = ?').pluck().get(number),
      );
      const chains = new PlaneChains(database);
      return layersOf(database, number).flatMap((layer) =>
        Array.from({ length: last + 1 }, (_, epoch) => ({
          id,
          layer: layer.name,
          epoch,
          planes: Buffer.from(chains.seek(layer, epoch, 2 + DEFAULT_THRESHOLDS.length)).toString('base64'),
        })),
      );
    });
    return found;
  } finally {
    database.close();
  }
}

/** All files of a folder with their sizes and contents. */
export function filesOf(folder: string): Map<string, string> {
  return new Map(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}
