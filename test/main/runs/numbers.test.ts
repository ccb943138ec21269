import { expect, it, vi } from 'vitest';
import { decodeRows } from '../../../common/codec/rows.ts';
import type { ClassEpoch } from '../../../common/contract/schemas.ts';
import { decodePredictions } from '../../../common/codec/predictions.ts';
import { createLocalClient } from '../../../main/api/router.ts';
import { EXPORTED_TABLES, exportedCsv } from '../../../main/cli/export-csv.ts';
import { allEnded, openStation, pruningAt, smallImages, studyText } from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const LAST = 4;

it('the numbers of a run agree with one another, from the trainer to the table', async () => {
  const station = await openStation();
  const arms = [{ name: 'pruned', pruning: pruningAt(2, 0.9), retraining: { name: 'fine-tune', epochs: 2 } }];
  const runs = await station.start(studyText({ images: smallImages(), shared: { epochs: 2 }, arms }));
  const [control, pruned] = (await allEnded(station, runs)).toSorted(
    (one, other) => Number(one.prunes) - Number(other.prunes),
  );
  const { services } = station;
  const id = pruned!.id;
  const { predictions: marked, events, network, environment } = await services.getRun(id);
  expect(marked).toEqual([
    { epoch: 2, moment: 'before-pruning' },
    { epoch: 2, moment: 'epoch' },
    { epoch: LAST, moment: 'epoch' },
  ]);
  expect((await services.getRun(control!.id)).predictions).toEqual([{ epoch: LAST, moment: 'epoch' }]);

  // Test images are of ten classes, twenty each; right answers by class, image and epoch are the same ones.
  const epochs = await services.epochs(id);
  const classes = decodeRows<ClassEpoch>(await services.classFrame(id, {})).rows;
  expect(classes[0]!.examples).toEqual(new Array<number>(10).fill(20));
  expect(environment!['classNames']).toBeNull();
  for (const { epoch, testAccuracy, testTopFive } of epochs) {
    const right = classes.find((entry) => entry.epoch === epoch)!.correct;
    expect(right.reduce((sum, count) => sum + count) / 200).toBe(testAccuracy);
    expect(testTopFive).toBeGreaterThanOrEqual(testAccuracy);
  }
  const [cut] = events.filter(({ kind }) => kind === 'pruned');
  for (const { epoch, moment } of marked) {
    const frame = await services.predictions(id, epoch, moment);
    const { labels, predicted, margins } = decodePredictions(frame.buffer);
    const right = labels.filter((label, image) => predicted[image] === label).length / labels.length;
    expect(right).toBe(
      moment === 'before-pruning' ? cut!.data['testAccuracyBefore'] : epochs[epoch]!.testAccuracy,
    );
    margins.forEach((margin, image) => {
      if (margin !== 0) expect(margin > 0).toBe(predicted[image] === labels[image]);
    });
  }

  // A random mask of nine tenths leaves a tenth of everything.
  const { costs, layers, gradientNorm } = epochs[LAST]!;
  const weights = network!.layers.reduce((sum, layer) => sum + layer.weights, 0);
  expect(costs!.dense).toMatchObject({ weights, macs: weights, parameters: weights + 410 });
  expect(costs!.masked.compression).toBeCloseTo(10, 4);
  expect(costs!.masked.speedUp).toBeCloseTo(10, 4);
  expect(gradientNorm).toBeCloseTo(Math.hypot(...layers.map((layer) => layer.gradientNorm!)), 10);
  expect(epochs[0]!.costs!.masked).toEqual(epochs[0]!.costs!.dense);

  const { rows, csv } = await exportedCsv(createLocalClient(services), id, 'predictions');
  expect(rows).toBe(3 * 200);
  expect(csv.trimEnd().split('\n')).toHaveLength(1 + 3 * 200);
  const { datasetHash } = environment as unknown as { datasetHash: string };
  for (const what of EXPORTED_TABLES) {
    const [head, ...lines] = (await exportedCsv(createLocalClient(services), id, what)).csv.split('\n');
    expect(head).toMatch(/,data$/);
    expect(lines[0]!.endsWith(`,${datasetHash.slice(0, 8)}`)).toBe(true);
  }
});
