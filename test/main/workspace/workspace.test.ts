import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { layoutOf } from '../../../main/workspace/layout.ts';
import { readOwner } from '../../../main/workspace/workspace.ts';
import {
  CONTROL,
  ENVIRONMENT,
  imageOf,
  newRun,
  openTest,
  recordOf,
  RUN,
  SPECIFICATION,
  temporaryFolder,
} from './fixtures.ts';

describe('a workspace', () => {
  it('gives back every epoch as it was recorded, also after it was closed and opened again', async () => {
    const folder = join(temporaryFolder(), 'new');
    const first = await openTest(folder);
    await first.addStudy({ name: 'study', title: 'Study', fileName: 'study.yaml', text: 'name: study' });
    expect(await first.addRun(newRun(RUN))).toEqual({ created: true });
    await first.setEnvironment(RUN, ENVIRONMENT);
    await first.setState(RUN, 'running', null);
    for (let epoch = 0; epoch < 8; epoch++)
      expect(await first.recordEpoch(RUN, recordOf(epoch), null, [])).toBe('stored');
    await first.setState(RUN, 'finished', null);
    await first.close();
    expect(statSync(join(folder, 'workspace.sqlite')).size).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'workspace.sqlite-wal'))).toBe(false);
    expect(readOwner(folder)).toBeNull();

    const again = await openTest(folder);
    for (const epoch of [7, 0, 3, 4, 2, 6]) {
      const record = recordOf(epoch);
      for (const layer of record.layers) {
        const frame = await again.planeFrame(RUN, epoch, layer.name);
        const { header, body } = decodeFrame('planes', frame.buffer);
        expect(body).toEqual(layer.planes);
        expect(header).toMatchObject({ epoch, layer: layer.name, weights: layer.weights });
        expect(header.shape).toEqual(
          ENVIRONMENT.network.layers.find(({ name }) => name === layer.name)?.shape,
        );
      }
    }
    const { header, body } = decodeFrame(
      'channels',
      (await again.channelFrame(RUN, { from: 2, to: 5 })).buffer,
    );
    expect(header.epochs).toEqual([2, 3, 4, 5]);
    const tables = new Uint8Array(
      await new Blob(
        [2, 3, 4, 5].flatMap((epoch) => recordOf(epoch).layers.map(({ channels }) => channels.slice())),
      ).arrayBuffer(),
    );
    expect(body).toEqual(tables);
  });

  it('summarises runs and epochs with the denominators of the field', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(RUN));
    await workspace.setState(RUN, 'running', null);
    await workspace.recordEpoch(RUN, recordOf(0), null, []);
    const record = recordOf(1);
    const { metrics } = recordOf(1);
    await workspace.recordEpoch(RUN, record, imageOf(1), [
      { kind: 'pruned', epoch: 1, message: 'Pruned.', data: { weights: 3 } },
    ]);
    const epochs = await workspace.epochs(RUN);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1]);
    expect(epochs[1]).toMatchObject({ ...metrics, phase: 'training' });
    const { layers } = recordOf(1);
    const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
    const pruned = layers.reduce((sum, layer) => sum + layer.pruned, 0);
    const shed = layers.reduce((sum, layer) => sum + layer.shed[2]!, 0);
    expect(epochs[1]!.pruned).toBe(pruned / weights);
    expect(epochs[1]!.zero).toBe((pruned + 2) / weights);
    expect(epochs[1]!.shed['1e-4']).toBe(shed / (weights - pruned));
    expect(Object.keys(epochs[1]!.shed)).toEqual(SPECIFICATION.thresholds.map(thresholdLabel));
    expect(epochs[1]!.layers[1]).toMatchObject({
      name: 'dense',
      weights: 21,
      pruned: layers[1]!.pruned / 21,
      inertAtLeast: layers[1]!.inert / (21 - layers[1]!.pruned),
      norm: layers[1]!.norm,
    });

    const [summary] = await workspace.listRuns();
    expect(summary).toMatchObject({
      id: RUN,
      state: 'running',
      epochsDone: 1,
      epochsTotal: 10,
      progress: null,
      testAccuracy: metrics.testAccuracy,
      memberships: [{ study: 'study', arm: 'arm', place: 0 }],
      model: 'lenet-300-100',
      optimizer: 'sgd',
      criterion: 'random',
      endedAt: null,
    });
    expect(summary!.states!.shed['1e-4']).toBe(shed / (weights - pruned));
    const detail = await workspace.getRun(RUN);
    expect(detail.summary).toEqual(summary);
    expect(detail).toMatchObject({ checkpoints: [{ from: 1, to: 1 }], pruningEpochs: [1], network: null });
    expect(detail.events).toMatchObject([{ kind: 'pruned', epoch: 1, data: { weights: 3 } }]);
  });

  it('keeps what was planned of a run; of one that an earlier version planned, what has happened', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN, { stepsPerEpoch: 430, pruningEpochs: [2, 5] }));
    await workspace.setEnvironment(RUN, ENVIRONMENT);
    const event = { kind: 'pruned', epoch: 2, message: 'Pruned.', data: {} } as const;
    for (const epoch of [0, 1, 2])
      await workspace.recordEpoch(RUN, recordOf(epoch), null, epoch === 2 ? [event] : []);
    expect(await workspace.getRun(RUN)).toMatchObject({ stepsPerEpoch: 430, pruningEpochs: [2, 5] });
    await workspace.close();
    const database = new Database(layoutOf(folder).database);
    database.exec('update runs set steps_per_epoch = null, pruning_epochs = null');
    database.close();
    const again = await openTest(folder);
    expect(await again.getRun(RUN)).toMatchObject({ stepsPerEpoch: null, pruningEpochs: [2] });
  });

  it('gives every arm of a study a place, for good, and none to what was added', async () => {
    const workspace = await openTest(temporaryFolder());
    const id = (index: number) => `${String(index).padStart(12, '0')}-s1`;
    const add = (index: number, changes: Parameters<typeof newRun>[1]) =>
      workspace.addRun(newRun(id(index), changes));
    const places = async () =>
      Object.fromEntries(
        (await workspace.listRuns()).flatMap((run) => run.memberships.map(({ arm, place }) => [arm, place])),
      );
    await add(1, { arm: 'control of zebra', named: false });
    await add(2, { arm: 'zebra' });
    await add(3, { arm: 'ant' });
    await add(4, { arm: 'elsewhere', study: 'other' });
    expect(await places()).toEqual({ 'control of zebra': null, zebra: 0, ant: 1, elsewhere: 0 });
    await workspace.setState(id(2), 'finished', null);
    await workspace.removeRun(id(2));
    await add(5, { arm: 'moth' });
    await add(6, { arm: 'zebra' });
    expect(await places()).toMatchObject({ zebra: 0, ant: 1, moth: 2 });
    await workspace.close();
  });

  it('adds a membership and a control to a run that exists, and nothing else', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(CONTROL, { prunes: false, arm: 'control' }));
    await workspace.addRun(newRun(RUN));
    expect(await workspace.addRun(newRun(RUN, { arm: 'other', seed: 99, control: CONTROL }))).toEqual({
      created: false,
    });
    const { summary } = await workspace.getRun(RUN);
    expect(summary).toMatchObject({ seed: 1, control: CONTROL });
    expect(summary.memberships.map(({ arm }) => arm)).toEqual(['arm', 'other']);
    expect(await workspace.listRuns()).toHaveLength(2);
  });

  it('removes a run with its files, but not the control of another run', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(CONTROL));
    await workspace.addRun(newRun(RUN, { control: CONTROL }));
    await workspace.recordEpoch(RUN, recordOf(0), imageOf(0), []);
    await expect(workspace.removeRun(CONTROL)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(RUN),
    });
    await workspace.removeRun(RUN);
    await workspace.removeRun(CONTROL);
    expect(await workspace.listRuns()).toEqual([]);
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual([]);
    await expect(workspace.epochs(RUN)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells where its owner answers, while it is open', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    expect(readOwner(folder)).toMatchObject({ pid: process.pid });
    if (process.platform !== 'win32')
      expect(statSync(join(folder, 'workspace.owner.json')).mode & 0o777).toBe(0o600);
    await workspace.publishAddress('/run/cascade.sock');
    expect(readOwner(folder)).toMatchObject({ pid: process.pid, address: '/run/cascade.sock' });
    await workspace.close();
    expect(readOwner(folder)).toBeNull();
  });
});
