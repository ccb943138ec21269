import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { classNamesOf } from '../../../common/class-names.ts';
import { decodePredictions } from '../../../common/codec/predictions.ts';
import { RECKONED_MEASURES } from '../../../common/measures/registry.ts';
import { MOMENTS, type EpochRecord, type Measured } from '../../../common/records.ts';
import { openDatabase } from '../../../main/workspace/database.ts';
import { foundations } from '../../../main/workspace/migrations/0001-foundations.ts';
import { trunks } from '../../../main/workspace/migrations/0002-trunks.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import {
  classesOf,
  APPLICATION,
  CONTROL,
  ENVIRONMENT,
  LAYERS,
  MARKED,
  newRun,
  openTest,
  recordOf,
  RUN,
  SPECIFICATION,
  temporaryFolder,
} from './fixtures.ts';

async function recorded(folder: string, epochs: number, environment = true): Promise<Workspace> {
  const workspace = await openTest(folder);
  await workspace.addRun(newRun(RUN));
  if (environment) await workspace.setEnvironment(RUN, ENVIRONMENT);
  for (let epoch = 0; epoch < epochs; epoch++) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
  return workspace;
}

/** A record whose costs are easily worked out: 36 weights at four places each and 21 at one, 3 biases. */
function simpleRecord(): EpochRecord {
  const record = recordOf(0);
  const [conv, dense] = record.layers as [EpochRecord['layers'][0], EpochRecord['layers'][0]];
  Object.assign(conv, {
    pruned: 6,
    inert: 10,
    shed: [20, 5, 4, 3, 2, 0],
    compacted: 18,
    norm: 3,
    gradientNorm: 0.6,
  });
  Object.assign(dense, {
    pruned: 11,
    inert: 0,
    shed: [10, 0, 0, 0, 0, 1],
    compacted: 14,
    norm: 4,
    gradientNorm: 0.8,
  });
  return { ...record, compactedParameters: 34 };
}

describe('the numbers of an epoch', () => {
  it('are what follows from its counts, by hand', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(RUN));
    await workspace.setEnvironment(RUN, ENVIRONMENT);
    await workspace.recordEpoch(RUN, simpleRecord(), null, []);
    const [epoch] = await workspace.epochs(RUN);
    const cost = (conv: number, dense: number, parameters = conv + dense + 3) => ({
      macs: 4 * conv + dense,
      weights: conv + dense,
      parameters,
      compression: conv + dense === 0 ? null : 57 / (conv + dense),
      speedUp: conv + dense === 0 ? null : 165 / (4 * conv + dense),
    });
    expect(epoch!.costs).toEqual({
      dense: cost(36, 21),
      masked: cost(30, 10),
      withoutShed: {
        '1e-2': cost(10, 0),
        '1e-3': cost(25, 10),
        '1e-4': cost(26, 10),
        '1e-6': cost(27, 10),
        '1e-10': cost(28, 10),
        '1e-3σ': cost(30, 9),
      },
      withoutInert: cost(20, 10),
      compacted: cost(18, 14, 34),
    });
    expect(epoch).toMatchObject({ norm: 5, gradientNorm: 1 });
    expect(epoch!.layers).toMatchObject([
      { name: 'conv', macs: 144, compacted: 18, gradientNorm: 0.6 },
      { name: 'dense', macs: 21, compacted: 14, gradientNorm: 0.8 },
    ]);
  });

  it('tell no ratio where nothing is left', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(RUN));
    await workspace.setEnvironment(RUN, ENVIRONMENT);
    const record = simpleRecord();
    for (const layer of record.layers) layer.pruned = layer.weights;
    await workspace.recordEpoch(RUN, record, null, []);
    const [epoch] = await workspace.epochs(RUN);
    expect(epoch!.costs!.masked).toMatchObject({ macs: 0, weights: 0, compression: null, speedUp: null });
  });

  it('what is dead on the data is a share of the kept weights, and null where it was not counted', async () => {
    const workspace = await recorded(temporaryFolder(), 1);
    const withCounts = (...counts: number[]): EpochRecord => {
      const record = recordOf(1);
      record.layers.forEach((layer, index) => (layer.deadOnData = counts[index]!));
      return record;
    };
    expect(await workspace.recordEpoch(RUN, withCounts(9, 4), null, [])).toBe('stored');
    const [before, counted] = await workspace.epochs(RUN);
    expect(before).toMatchObject({ deadOnData: null, layers: [{ deadOnData: null }, { deadOnData: null }] });
    const kept = recordOf(1).layers.map(({ weights, pruned }) => weights - pruned);
    expect(counted!.layers.map(({ deadOnData }) => deadOnData)).toEqual([9 / kept[0]!, 4 / kept[1]!]);
    expect(counted!.deadOnData).toBe(13 / (kept[0]! + kept[1]!));
    expect(await workspace.epoch(RUN, 1)).toEqual(counted);

    // A run that ends elsewhere counts after other epochs: that is no other training. Another count is.
    expect(await workspace.recordEpoch(RUN, recordOf(1), null, [])).toBe('known');
    expect(await workspace.recordEpoch(RUN, withCounts(8, 4), null, [])).toBe('replaced');
  });

  it('come back as they were recorded, answers too', async () => {
    const workspace = await recorded(temporaryFolder(), 6);
    const epochs = await workspace.epochs(RUN);
    for (const { epoch, testTopFive, validationTopFive, costs, layers } of epochs) {
      const record = recordOf(epoch);
      const { metrics } = record;
      expect({ testTopFive, validationTopFive }).toEqual({
        testTopFive: metrics.testTopFive,
        validationTopFive: metrics.validationTopFive,
      });
      expect(costs!.compacted!.parameters).toBe(record.compactedParameters);
      expect(layers.map(({ gradientNorm, compacted }) => [gradientNorm, compacted])).toEqual(
        record.layers.map(({ gradientNorm, compacted }) => [gradientNorm, compacted]),
      );
    }
    expect(await classesOf(workspace, RUN)).toEqual(
      epochs.map(({ epoch }) => ({
        epoch,
        examples: [4, 3, 3],
        correct: [...recordOf(epoch).classes.correct],
      })),
    );
    expect(classNamesOf(await workspace.getRun(RUN))).toEqual(['cat', 'dog', 'owl']);
    expect((await workspace.getRun(RUN)).predictions).toEqual(
      MARKED.flatMap((epoch) => MOMENTS.map((moment) => ({ epoch, moment }))),
    );
    for (const epoch of MARKED)
      for (const wanted of recordOf(epoch).predictions) {
        const frame = await workspace.predictionFrame(RUN, epoch, wanted.moment);
        expect(decodePredictions(frame.buffer)).toEqual({ epoch, ...wanted });
      }
    await expect(workspace.predictionFrame(RUN, 4, 'epoch')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('after epoch 4'),
    });
  });

  it('of measures that are stored by their ids come back to the bit, and what is no number as null', async () => {
    const workspace = await recorded(temporaryFolder(), 6);
    const sixth = (first: Measured, second: Measured): EpochRecord => {
      const record = recordOf(6);
      record.layers.forEach((layer, index) => (layer.measured = [first, second][index]!));
      return { ...record, measured: { meanMagnitude: Number.NaN } };
    };
    const [none, other] = [{ meanMagnitude: null }, { ofAnotherVersion: 1 }];
    expect(await workspace.recordEpoch(RUN, sixth(none, other), null, [])).toBe('stored');
    const epochs = await workspace.epochs(RUN);
    for (const { epoch, measured, layers } of epochs.slice(0, 6)) {
      expect(measured).toEqual(recordOf(epoch).measured);
      expect(layers.map((layer) => layer.measured)).toEqual(
        recordOf(epoch).layers.map((layer) => layer.measured),
      );
    }
    expect([epochs[6]!.measured, ...epochs[6]!.layers.map((layer) => layer.measured)]).toEqual([
      NOT_MEASURED,
      NOT_MEASURED,
      NOT_MEASURED,
    ]);
    // Another version knows other measures: the epoch may be the same. Of those that both know, another number is not.
    expect(await workspace.recordEpoch(RUN, sixth(none, { meanMagnitude: 1 }), null, [])).toBe('known');
    expect(await workspace.recordEpoch(RUN, sixth({ meanMagnitude: 1 }, other), null, [])).toBe('replaced');
  });

  it('are few bytes, whatever the number of classes', async () => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(RUN));
    const record = recordOf(0);
    record.classes = {
      examples: new Int32Array(1000).fill(50),
      correct: Int32Array.from({ length: 1000 }, (_, index) => (index * 7919) % 51),
    };
    await workspace.recordEpoch(RUN, record, null, []);
    const database = new Database(join(folder, 'workspace.sqlite'), { readonly: true });
    const bytes = database
      .prepare('select length(examples) + length(correct) from class_epochs')
      .pluck()
      .get();
    database.close();
    expect(bytes).toBeLessThan(1300);
  });

  it('of a run that has not begun have no costs, and no classes', async () => {
    const workspace = await recorded(temporaryFolder(), 1, false);
    const [epoch] = await workspace.epochs(RUN);
    expect(epoch).toMatchObject({ costs: null, layers: [{ macs: null }, { macs: null }] });
    await workspace.addRun(newRun(CONTROL));
    expect(await classesOf(workspace, CONTROL)).toEqual([]);
    expect(classNamesOf(await workspace.getRun(CONTROL))).toBeNull();
  });

  it('go with a trunk’s epochs to the run that leaves it, but for the predictions of the trunk’s end', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(RUN, { epochsTotal: 5 }));
    await workspace.setEnvironment(RUN, ENVIRONMENT);
    for (let epoch = 0; epoch < 6; epoch++) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
    await workspace.addRun(newRun(CONTROL, { trunk: { id: RUN, epoch: 5, rewindEpoch: null } }));
    await workspace.setEnvironment(CONTROL, ENVIRONMENT);
    await workspace.adoptEpochs(CONTROL, RUN, 5);
    expect(await workspace.epochs(CONTROL)).toEqual(await workspace.epochs(RUN));
    expect(await classesOf(workspace, CONTROL)).toEqual(await classesOf(workspace, RUN));
    // Of the marked epochs the third is a pruning's, which both have, and the fifth the trunk's end.
    const marked = await workspace.getRun(RUN);
    expect(marked.predictions.map(({ epoch }) => epoch)).toEqual([3, 3, 5, 5]);
    expect((await workspace.getRun(CONTROL)).predictions).toEqual(marked.predictions.slice(0, 2));
    for (const { epoch, moment } of marked.predictions.slice(0, 2))
      expect(await workspace.predictionFrame(CONTROL, epoch, moment)).toEqual(
        await workspace.predictionFrame(RUN, epoch, moment),
      );
  });
});

const NOT_MEASURED = Object.fromEntries(RECKONED_MEASURES.map(({ id }) => [id, null]));

/** A workspace as version 0.1.0 left it: two epochs, with their planes and tables, without what came later. */
function anOldWorkspace(folder: string): void {
  const database = openDatabase(folder, APPLICATION, [foundations, trunks]);
  database
    .prepare(
      `insert into runs (id, hash, seed, specification, epochs_total, prunes, state, created_at)
       values (?, 'x', 1, ?, 10, 1, 'running', 0)`,
    )
    .run(RUN, JSON.stringify(SPECIFICATION));
  const { network, classNames, ...environment } = ENVIRONMENT;
  expect(classNames).not.toBeNull();
  database
    .prepare('insert into environments (run, environment, network) values (1, ?, ?)')
    .run(JSON.stringify(environment), JSON.stringify(network));
  database.close();
}

describe('a workspace of an earlier version', () => {
  it('has the costs that its counts tell, and nothing that was not measured', async () => {
    const folder = temporaryFolder();
    anOldWorkspace(folder);
    const workspace = await openTest(folder);
    for (const epoch of [0, 1]) await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
    await workspace.close();
    // What its epochs did not have then.
    const database = new Database(join(folder, 'workspace.sqlite'));
    database.exec(`
      update epochs set test_top_five = null, validation_top_five = null, compacted_parameters = null;
      update epochs set measured = null;
      update layer_epochs set compacted = null, gradient_norm = null, measured = null;
      delete from class_epochs; delete from predictions;`);
    database.close();

    const again = await openTest(folder);
    const before = await again.epochs(RUN);
    expect(before[1]).toMatchObject({ testTopFive: null, gradientNorm: null, costs: { compacted: null } });
    expect(before[1]!.layers[0]).toMatchObject({ compacted: null, gradientNorm: null, macs: 144 });
    for (const { measured, layers } of before)
      for (const told of [measured, ...layers.map((layer) => layer.measured)])
        expect(told).toEqual(NOT_MEASURED);
    const { layers } = recordOf(1);
    const left = LAYERS.map(({ weights }, index) => weights - layers[index]!.pruned);
    expect(before[1]!.costs!.masked).toMatchObject({
      weights: left[0]! + left[1]!,
      macs: 4 * left[0]! + left[1]!,
    });
    expect(await classesOf(again, RUN)).toEqual([]);

    // The same epoch recorded again is the same, though it now knows more; another one is not.
    expect(await again.recordEpoch(RUN, recordOf(1), null, [])).toBe('known');
    expect(await again.epochs(RUN)).toEqual(before);
    expect(await again.recordEpoch(RUN, recordOf(2), null, [])).toBe('stored');
    expect((await classesOf(again, RUN)).map(({ epoch }) => epoch)).toEqual([2]);
    const other = recordOf(1);
    other.metrics.testLoss += 1;
    expect(await again.recordEpoch(RUN, other, null, [])).toBe('replaced');
    expect((await again.epochs(RUN))[1]!.gradientNorm).not.toBeNull();
  });
});
