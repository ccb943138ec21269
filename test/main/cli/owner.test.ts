import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CascadeError } from '../../../common/errors.ts';
import { connectToOwner, serveOwner, type OwnerSocket } from '../../../main/api/owner-socket.ts';
import { openConnection, type Owner } from '../../../main/cli/connection.ts';
import { WorkstationDouble } from '../doubles/workstation.ts';
import { temporaryFolder } from '../doubles/temporary-folder.ts';
import { Shell } from './helpers.ts';

let window: WorkstationDouble;
let folder: string;
let socket: OwnerSocket;
let owner: Owner;

beforeEach(async () => {
  window = new WorkstationDouble();
  window.automatic = true;
  folder = temporaryFolder();
  socket = await serveOwner(window, folder);
  owner = { pid: 4242, since: 0, address: socket.address };
});
afterEach(() => socket.close());

function locked(): Promise<never> {
  return Promise.reject(new CascadeError('WORKSPACE_LOCKED', 'The workspace is open elsewhere.'));
}

function pathOf(address: string): string {
  return address.slice(address.indexOf('@') + 1);
}

test('while a window holds the workspace, commands ask it', async () => {
  const shell = new Shell({ readOwner: () => owner, openWorkstation: locked });
  expect(await shell.run('run', 'starter', '--json', '--workspace', folder)).toBe(0);
  expect(shell.records.at(-1)).toMatchObject({ type: 'done', ok: true });
  expect(window.runs.size).toBe(2);
  const id = [...window.runs.keys()][1]!;
  expect(await shell.run('show', id, '--json', '--workspace', folder)).toBe(0);
  expect(shell.document).toMatchObject({ id, state: 'finished' });
  const out = `${temporaryFolder()}/a.npz`;
  expect(await shell.run('masks', id, '--epoch', '1', '--out', out, '--workspace', folder)).toBe(0);
  expect(statSync(out).size).toBeGreaterThan(0);
  expect(await shell.run('show', 'zzz', '--json', '--workspace', folder)).toBe(1);
  expect(shell.document).toMatchObject({ error: { code: 'NOT_FOUND' } });
  // The window goes on: a command never closes what it did not open.
  expect(window.closed).toBe(0);
  await expect.poll(() => window.listeners.size).toBe(0);
});

test('a holder that does not answer is named with its process', async () => {
  await socket.close();
  const asked = openConnection({ folder }, { readOwner: () => owner, openWorkstation: locked }, 1);
  await expect(asked).rejects.toMatchObject({
    code: 'WORKSPACE_HELD',
    message: expect.stringContaining('4242'),
  });
});

test("a dead process's owner file does not keep the workspace closed", async () => {
  await socket.close();
  const own = new WorkstationDouble();
  const connection = await openConnection(
    { folder },
    { readOwner: () => owner, openWorkstation: async () => own },
  );
  expect(connection.owner).toBeNull();
  await connection.close();
  expect(own.closed).toBe(1);
});

test('a window that is just opening is waited for', async () => {
  let asked = 0;
  const readOwner = () => (++asked < 3 ? { pid: 4242, since: 0 } : owner);
  const connection = await openConnection({ folder }, { readOwner, openWorkstation: locked }, 1);
  expect(connection.owner?.pid).toBe(4242);
  await connection.close();
});

test('any other trouble with the workspace is told as it is', async () => {
  const readOnly = () => Promise.reject(new CascadeError('WORKSPACE_READ_ONLY', 'It cannot be written.'));
  const asked = openConnection({ folder }, { readOwner: () => null, openWorkstation: readOnly }, 1);
  await expect(asked).rejects.toMatchObject({ code: 'WORKSPACE_READ_ONLY' });
});

test('a window that closes under a command leaves it with a sentence, not hanging', async () => {
  window.automatic = false;
  const shell = new Shell({ readOwner: () => owner, openWorkstation: locked });
  const ended = shell.run('run', 'starter', '--json', '--workspace', folder);
  await expect.poll(() => [...window.runs.values()].map((run) => run.state)).toEqual(['running', 'running']);
  await socket.close();
  expect(await ended).toBe(1);
  expect(shell.records.at(-1)).toMatchObject({ error: { code: 'OWNER_GONE' } });
});

test('a process that leaves with the last of its runs has told how they ended', async () => {
  const list = window.listRuns.bind(window);
  let ended = 0;
  window.listRuns = async () => {
    const runs = await list();
    if (runs.length > 0 && runs.every(({ state }) => state === 'finished') && ++ended === 2)
      await socket.close();
    return runs;
  };
  const shell = new Shell({ readOwner: () => owner, openWorkstation: locked });
  expect(await shell.run('run', 'starter', '--json', '--workspace', folder)).toBe(0);
  const done = shell.records.at(-1) as { runs: { state: string }[] };
  expect(done).toMatchObject({ type: 'done', ok: true });
  expect(done.runs.map(({ state }) => state)).toEqual(['finished', 'finished']);
});

test('the socket is for this user only', () => {
  const path = pathOf(socket.address);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
});

test('whoever does not know the secret is refused', async () => {
  await expect(connectToOwner(`wrong@${pathOf(socket.address)}`)).rejects.toMatchObject({
    code: 'OWNER_SILENT',
  });
  await expect(connectToOwner(`@${pathOf(socket.address)}`)).rejects.toMatchObject({ code: 'OWNER_SILENT' });
  const known = await connectToOwner(socket.address);
  expect((await known.client.workstation.status()).engine.name).toBe('double');
  known.close();
});

test("a killed process's socket is replaced, and two workspaces do not share one", async () => {
  const again = await serveOwner(window, folder);
  const connection = await connectToOwner(again.address);
  connection.close();
  const other = temporaryFolder();
  mkdirSync(other, { recursive: true });
  const second = await serveOwner(window, other);
  expect(pathOf(second.address)).not.toBe(pathOf(again.address));
  await second.close();
  await again.close();
});
