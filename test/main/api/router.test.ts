import { ORPCError, safe } from '@orpc/client';
import { expect, test } from 'vitest';
import { decodeRuns } from '../../../common/codec/run-frames.ts';
import { decodeRows } from '../../../common/codec/rows.ts';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { decodePredictions } from '../../../common/codec/predictions.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { WorkstationEvent } from '../../../common/contract/schemas.ts';
import { createRouterClient } from '@orpc/server';
import { createLocalClient, createRouter } from '../../../main/api/router.ts';
import { WorkstationDouble } from '../doubles/workstation.ts';

async function failure(call: Promise<unknown>): Promise<ORPCError<string, unknown>> {
  const [error] = await safe(call);
  expect(error).toBeInstanceOf(ORPCError);
  return error as ORPCError<string, unknown>;
}

const ABSENT = '000000000000-s0';

test('every call of the contract reaches its service', async () => {
  const double = new WorkstationDouble();
  const client = createLocalClient(double);
  const { runs } = await client.studies.start({ text: 'control 0\nmagnitude 0', fileName: 'a.yaml' });
  await new Promise(setImmediate);
  const [, id] = runs as [string, string];
  expect((await client.workstation.status()).engine.name).toBe('double');
  await client.workstation.setConcurrency({ concurrency: 3 });
  expect(double.concurrency).toBe(3);
  expect((await client.studies.bundled()).map((study) => study.name)).toEqual(['starter', 'other']);
  expect((await client.studies.check({ text: 'broken', fileName: 'b.yaml' })).problems).toHaveLength(1);
  expect((await client.studies.schema())['title']).toBe('Study');
  const mine = { name: 'mine.yaml', text: 'a', base: 'b', bundled: false, at: 3 };
  expect(await client.studies.keep(mine)).toEqual({ newer: null });
  expect(await client.studies.kept()).toEqual([mine]);
  await client.studies.drop({ name: 'mine.yaml' });
  expect(await client.studies.kept()).toEqual([]);
  const document = { name: `${id}/3`, content: '{"note":"here"}' };
  await client.documents.save({ kind: 'bookmark', document });
  expect(await client.documents.list({ kind: 'bookmark' })).toEqual([document]);
  expect(await client.documents.list({ kind: 'view' })).toEqual([]);
  await client.documents.remove({ kind: 'bookmark', name: document.name });
  expect(await client.documents.list({ kind: 'bookmark' })).toEqual([]);
  expect(await client.runs.study({ id })).toEqual({ fileName: 'copy.yaml', text: `# ${id}` });
  expect(decodeRuns(await client.runs.list())).toHaveLength(2);
  expect(decodeRuns(await client.runs.list({ ids: [id] })).map((run) => run.id)).toEqual([id]);
  await client.runs.pause({ id });
  expect(double.runs.get(id)?.state).toBe('paused');
  await client.runs.resume({ id });
  await new Promise(setImmediate);
  expect((await client.runs.get({ id })).summary.state).toBe('running');
  expect(decodeRows(await client.runs.epochs({ id })).rows).toHaveLength(1);
  expect(decodeRows(await client.runs.excess({ id })).rows).toHaveLength(1);
  const channels = await client.runs.channels({ id, from: 1, to: 2 });
  expect(decodeFrame('channels', channels).header.epochs).toEqual([1, 2]);
  expect(decodeRows(await client.runs.classes({ id })).rows).toEqual([
    { epoch: 0, examples: [2, 2], correct: [1, 0] },
  ]);
  expect(await client.runs.events({ id })).toMatchObject({ events: [{ kind: 'queued' }], eventsBefore: 0 });
  expect(await client.runs.missingCheckpoints({ id })).toEqual({ missing: [] });
  const before = await client.runs.predictions({ id, epoch: 1, moment: 'before-pruning' });
  expect(decodePredictions(before).predicted).toEqual(Uint16Array.of(0, 1, 1, 1));
  const after = await client.runs.predictions({ id, epoch: 1 });
  expect(decodePredictions(after)).toMatchObject({
    moment: 'epoch',
    margins: Float32Array.of(1.5, -0.25, 2, -1),
  });
  expect(await failure(client.runs.predictions({ id, epoch: 2 }))).toMatchObject({ code: 'NOT_FOUND' });
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  expect(text(await client.runs.masks({ id, epoch: 1, threshold: '1e-4' }))).toBe(`npz ${id} 1 1e-4`);
  expect(text(await client.runs.weights({ id, epoch: 3 }))).toBe(`safetensors ${id} 3`);
  await client.runs.stop({ id });
  await client.runs.remove({ id });
  expect(double.runs.has(id)).toBe(false);
});

test('errors a person can act on keep their code, sentence and problems', async () => {
  const client = createLocalClient(new WorkstationDouble());
  const absent = await failure(client.runs.get({ id: ABSENT }));
  expect(absent).toMatchObject({ code: 'NOT_FOUND', defined: true });
  expect(absent.message).toContain(ABSENT);
  const refused = await failure(client.studies.start({ text: 'broken', fileName: 'b.yaml' }));
  expect(refused).toMatchObject({ code: 'INVALID', data: { problems: [{ line: 1, key: 'arms' }] } });
  const { runs } = await client.studies.start({ text: 'random 1', fileName: 'a.yaml' });
  expect((await failure(client.runs.pause({ id: runs[0]! }))).code).toBe('CONFLICT');
});

test('a full disk, and any other CascadeError, tell their sentence', async () => {
  const double = new WorkstationDouble();
  const client = createLocalClient(double);
  double.listRuns = () => Promise.reject(new CascadeError('WORKSPACE_FULL', 'The disk is full.'));
  expect(await failure(client.runs.list())).toMatchObject({
    code: 'WORKSPACE',
    message: 'The disk is full.',
  });
  double.listRuns = () => Promise.reject(new CascadeError('ENGINE_NOT_FOUND', 'Run set-up.'));
  expect(await failure(client.runs.list())).toMatchObject({ code: 'INVALID', message: 'Run set-up.' });
});

test('a defect is logged in full and tells the caller nothing of the inside', async () => {
  const double = new WorkstationDouble();
  const logged: unknown[] = [];
  const defect = new TypeError('secret detail at /home/someone');
  double.listRuns = () => Promise.reject(defect);
  const client = createRouterClient(createRouter(double, (error) => logged.push(error)));
  const error = await failure(client.runs.list());
  expect(error.code).toBe('INTERNAL_SERVER_ERROR');
  expect(JSON.stringify(error.toJSON())).not.toContain('secret');
  expect(logged).toEqual([defect]);
});

test('input that the contract does not allow is refused with the key', async () => {
  const client = createLocalClient(new WorkstationDouble());
  const error = await failure(client.runs.get({ id: "x'; drop table runs" }));
  expect(error.code).toBe('INVALID');
  expect(error.message).toContain("'id'");
});

test('a subscriber gets how it stands first, then what happens, and leaves no listener behind', async () => {
  const double = new WorkstationDouble();
  const client = createLocalClient(double);
  double.automatic = true;
  const { runs } = await client.studies.start({ text: 'control 0\nrandom 1', fileName: 'a.yaml' });
  await expect.poll(() => [...double.runs.values()].every(({ state }) => state === 'finished')).toBe(true);
  const abort = new AbortController();
  const seen: WorkstationEvent[] = [];
  for await (const event of await client.workstation.events(undefined, { signal: abort.signal })) {
    seen.push(event);
    if (event.type === 'status') setImmediate(() => double.emit({ type: 'removed', id: runs[0]! }));
    if (event.type === 'removed') break;
  }
  // The list is asked for once, in one frame: none of it is told again.
  expect(seen).toEqual([
    { type: 'status', status: double.status() },
    { type: 'removed', id: runs[0] },
  ]);
  expect(double.listeners.size).toBe(0);
});

test('what happens while the list is read is not lost', async () => {
  const double = new WorkstationDouble();
  const client = createLocalClient(double);
  const events = await client.workstation.events();
  expect((await events.next()).value).toMatchObject({ type: 'status' });
  const list = double.listRuns.bind(double);
  double.listRuns = async () => {
    const runs = await list();
    double.emit({ type: 'removed', id: ABSENT });
    return runs;
  };
  expect(decodeRuns(await client.runs.list())).toEqual([]);
  expect((await events.next()).value).toMatchObject({ type: 'removed' });
  await events.return?.();
  expect(double.listeners.size).toBe(0);
});
