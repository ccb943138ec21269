import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { unpackBits } from '../../../main/codec/planes.ts';
import { INERT_PLANE, planeBytes, PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import { ENVIRONMENT, LAYERS, newRun, openTest, recordOf, RUN, temporaryFolder } from './fixtures.ts';

it('masks are boolean arrays of the kernels’ shapes, at the threshold that was asked for', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(RUN));
  await workspace.setEnvironment(RUN, ENVIRONMENT);
  for (let epoch = 0; epoch < 3; epoch++) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
  for (const [label, threshold] of [
    ['1e-4', 2],
    ['0.01', 0],
    ['1e-3sigma', 5],
  ] as const) {
    const files = unzipSync(await workspace.masks(RUN, 2, label));
    expect(Object.keys(files)).toHaveLength(6);
    recordOf(2).layers.forEach((layer, position) => {
      const size = planeBytes(layer.weights);
      const planes = { pruned: PRUNED_PLANE, shed: shedPlane(threshold), inert: INERT_PLANE };
      for (const [state, plane] of Object.entries(planes)) {
        const file = files[`${layer.name}.${state}.npy`]!;
        expect(file.subarray(-layer.weights)).toEqual(
          unpackBits(layer.planes.subarray(plane * size), layer.weights),
        );
        expect(Buffer.from(file).toString('latin1')).toContain(
          `'shape': (${LAYERS[position]!.shape.join(', ')}), }`,
        );
      }
    });
  }
  // What another run needs to take them: the same arrays of the pruned weights, and no others.
  const pruned = unzipSync(await workspace.prunedMasks(RUN, 2));
  expect(Object.keys(pruned)).toEqual(LAYERS.map(({ name }) => `${name}.pruned.npy`));
  const all = unzipSync(await workspace.masks(RUN, 2, '1e-4'));
  for (const [name, file] of Object.entries(pruned)) expect(file).toEqual(all[name]);
  await expect(workspace.prunedMasks(RUN, 3)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(workspace.masks(RUN, 2, '1e-5')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('1e-4, 1e-6'),
  });
  await expect(workspace.masks(RUN, 3, '1e-4')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(workspace.masks('nobody', 3, '1e-4')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('runs are found by their ids and by beginnings of them, with the last epoch that they have', async () => {
  const workspace = await openTest(temporaryFolder());
  const [hash] = RUN.split('-') as [string];
  const ids = [RUN, `${hash}-s17`, `${'b'.repeat(12)}-s0`];
  for (const id of ids) await workspace.addRun(newRun(id));
  await workspace.setEnvironment(RUN, ENVIRONMENT);
  for (let epoch = 0; epoch < 3; epoch++) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
  const found = async (...names: string[]) =>
    (await workspace.runsNamed(names)).map(({ id, state, last }) => [id, state, last]);
  expect(await found(hash.slice(0, 5))).toEqual([
    [RUN, 'queued', 2],
    [`${hash}-s17`, 'queued', null],
  ]);
  expect(await found('bb', RUN, hash)).toHaveLength(3);
  expect(await found('nobody')).toEqual([]);
  const [run] = await workspace.runsNamed([RUN]);
  expect(run!.specification).toEqual((await workspace.getRun(RUN)).specification);
});
