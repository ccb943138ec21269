import { beforeAll, afterAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCurves } from '../../../common/contract/read-curves.ts';
import type { BarsPanel, Filmstrip, MatrixPanel, SeriesPanel } from '../../../common/figures/data.ts';
import { figureKind } from '../../../common/figures/registry.ts';
import { figureSpecification, type FigureGiven } from '../../../common/figures/specification.ts';
import { endMeans } from '../../../common/groups/end-means.ts';
import { meanCurves } from '../../../common/groups/mean-curves.ts';
import {
  INERT_PLANE,
  planeBytes,
  PRUNED_PLANE,
  shedPlane,
  type EpochRecord,
} from '../../../common/records.ts';
import { meanOf } from '../../../common/statistics/spread.ts';
import { DEFAULT_THRESHOLDS, thresholdLabel } from '../../../common/thresholds.ts';
import { collect } from '../../../main/figures/collect/collect.ts';
import type { FigureSource } from '../../../main/figures/source.ts';
import { openWorkspace, type Workspace } from '../../../main/workspace/workspace.ts';
import { APPLICATION, ENVIRONMENT, LAYERS, newRun, recordOf } from '../workspace/records.ts';

/** Two arms of three seeds, of which the first prunes nothing; every number is known from the records themselves. */
const EPOCHS = 5;
const SEEDS = [0, 1, 2];
const ARMS = [
  { arm: 'control', hash: '00000000000a', salt: 0 },
  { arm: 'random', hash: '00000000000b', salt: 10 },
] as const;
const SHOWN = DEFAULT_THRESHOLDS.findIndex((threshold) => thresholdLabel(threshold) === '1e-4');

let workspace: Workspace;
let source: FigureSource;
const folder = mkdtempSync(join(tmpdir(), 'cascade-kinds-'));

beforeAll(async () => {
  workspace = await openWorkspace(folder, { application: APPLICATION });
  for (const { arm, hash, salt } of ARMS)
    for (const seed of SEEDS) {
      const id = `${hash}-s${seed}`;
      await workspace.addRun(newRun(id, { hash, seed, arm, prunes: arm !== 'control' }));
      await workspace.setEnvironment(id, ENVIRONMENT);
      for (let epoch = 0; epoch <= EPOCHS; epoch++)
        await workspace.recordEpoch(id, recordOf(epoch, salt + seed), null, []);
      await workspace.setState(id, 'finished', null);
    }
  source = {
    listRuns: () => workspace.listRuns(),
    documents: workspace.documents.bind(workspace),
    specifications: (hashes) => workspace.specificationFrame(hashes),
    curves: workspace.curveFrame.bind(workspace),
    getRun: workspace.getRun.bind(workspace),
    overlap: workspace.overlap.bind(workspace),
    channels: workspace.channelFrame.bind(workspace),
    planes: workspace.planeFrame.bind(workspace),
    predictions: workspace.predictionFrame.bind(workspace),
  };
});
afterAll(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const saltOf = (run: string): number =>
  (ARMS.find(({ hash }) => run.startsWith(hash))?.salt ?? 0) + Number(run.split('-s')[1]);
const recordOfRun = (run: string, epoch: number): EpochRecord => recordOf(epoch, saltOf(run));

async function collected<Data>(given: Omit<FigureGiven, 'name'>): Promise<Data> {
  return (await collect(source, figureSpecification.parse({ name: 'one', ...given }))).data as Data;
}

/** The bit of a plane of a layer. */
function bitOf(record: EpochRecord, layer: number, plane: number, weight: number): boolean {
  const { planes, weights } = record.layers[layer]!;
  return (planes[plane * planeBytes(weights) + (weight >> 3)]! & (1 << (weight & 7))) !== 0;
}

test('curves are those of the window, to the last bit: mean, ends of the band and n', async () => {
  const measures = [{ id: 'shed', key: '1e-4' }];
  for (const spread of ['sd', 'se', 'bootstrap'] as const) {
    const [panel] = await collected<SeriesPanel[]>({ kind: 'curves', measures, spread });
    const groups = ARMS.map(({ hash }) => ({ runs: SEEDS.map((seed) => `${hash}-s${seed}`) }));
    const curves = await readCurves((asked) => source.curves(asked), {
      runs: groups.flatMap(({ runs }) => runs),
      x: 'epoch',
      measures,
    });
    const shown = meanCurves(curves, groups, 0, spread);
    expect(
      panel?.groups.map(({ points }) => points.map(({ x, mean, low, high, n }) => [x, mean, low, high, n])),
    ).toEqual(shown.map((points) => points.map(({ x, y }) => [x.mean, y?.mean, y?.low, y?.high, y?.n])));
    const csv = figureKind('curves').table([panel!], { spread, unfinished: 0 }, {});
    const column = csv.columns.indexOf('mean');
    expect(csv.rows.map((row) => row[column])).toEqual(
      shown.flatMap((points) => points.map(({ y }) => y?.mean)),
    );
  }
});

test('points of a trade-off are those of the window, to the last bit', async () => {
  const [panel] = await collected<SeriesPanel[]>({
    kind: 'trade-off',
    x: { id: 'pruned', key: '' },
    spread: 'bootstrap',
  });
  const groups = ARMS.map(({ hash }) => ({ runs: SEEDS.map((seed) => `${hash}-s${seed}`) }));
  const curves = await readCurves((asked) => source.curves(asked), {
    runs: groups.flatMap(({ runs }) => runs),
    x: { id: 'pruned', key: '' },
    measures: [{ id: 'testAccuracy', key: '' }],
  });
  const shown = endMeans(curves, groups, 0, 'bootstrap');
  expect(panel?.groups.map(({ points }) => [points[0]?.across, points[0]?.mean, points[0]?.low])).toEqual(
    shown.map((end) => [end?.x, end?.y.mean, end?.y.low]),
  );
});

test('bars have the numbers of the records after the last epoch, and a dot for each', async () => {
  const [panel] = await collected<BarsPanel[]>({ kind: 'bars', spread: 'sd' });
  for (const group of panel!.groups) {
    const values = group.runs.map((run) => recordOfRun(run, EPOCHS).metrics.testAccuracy!);
    const [bar] = group.bars;
    expect(bar?.seeds.map(({ value }) => value)).toEqual(values);
    expect(bar).toMatchObject(meanOf(values, 'sd')!);
  }
});

test('groups fall into bars by a further key, in its order', async () => {
  const [panel] = await collected<BarsPanel[]>({ kind: 'bars', groupBy: ['arm'], pointBy: ['seed'] });
  expect(panel).toMatchObject({ across: 'seed', places: ['Seed 0', 'Seed 1', 'Seed 2'] });
  expect(panel!.groups[1]!.bars.map((bar) => bar?.mean)).toEqual(
    SEEDS.map((seed) => recordOf(EPOCHS, 10 + seed).metrics.testAccuracy),
  );
});

test('layers and their heat map have means of the records’ layers', async () => {
  const measures = [{ id: 'shed', key: '1e-4' }];
  const panels = await collected<SeriesPanel[]>({ kind: 'layers', measures });
  const [matrix] = await collected<MatrixPanel[]>({ kind: 'heat-map', measures, query: 'arm = random' });
  expect(panels.map(({ title }) => title)).toEqual(LAYERS.map(({ name }) => name));
  LAYERS.forEach((_, layer) => {
    for (let epoch = 0; epoch <= EPOCHS; epoch++) {
      const shares = SEEDS.map((seed) => {
        const { weights, pruned, shed } = recordOf(epoch, 10 + seed).layers[layer]!;
        return shed[SHOWN]! / (weights - pruned);
      });
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      expect(panels[layer]?.groups[1]?.points[epoch]?.mean).toBeCloseTo(mean, 12);
      expect(matrix?.cells[layer]?.[epoch]?.mean).toBeCloseTo(mean, 12);
    }
  });
  await expect(collected({ kind: 'layers', measures, options: { layers: ['nowhere'] } })).rejects.toThrow(
    /no layer 'nowhere': there are conv, dense/,
  );
});

/** Weights that a run keeps after an epoch, by brute force. */
function keptBy(run: string, epoch: number): boolean[] {
  const record = recordOfRun(run, epoch);
  return LAYERS.flatMap(({ weights }, layer) =>
    Array.from({ length: weights }, (_, weight) => !bitOf(record, layer, PRUNED_PLANE, weight)),
  );
}
function jaccardOf(one: boolean[], other: boolean[]): number {
  const both = one.filter((kept, at) => kept && other[at]).length;
  return both / one.filter((kept, at) => kept || other[at]).length;
}

test('overlap of runs, of groups as means over pairs of different runs, and of epochs', async () => {
  const runs = ARMS.flatMap(({ hash }) => SEEDS.map((seed) => `${hash}-s${seed}`));
  const expected = runs.map((one) =>
    runs.map((other) => jaccardOf(keptBy(one, EPOCHS), keptBy(other, EPOCHS))),
  );
  const [matrix] = await collected<MatrixPanel[]>({ kind: 'matrix' });
  expect(matrix!.cells.map((line) => line.map((cell) => cell?.mean))).toEqual(expected);
  const [groups] = await collected<MatrixPanel[]>({ kind: 'matrix', options: { between: 'groups' } });
  const across = SEEDS.flatMap((one) => SEEDS.map((other) => expected[one]![3 + other]!));
  expect(groups!.cells[0]![1]).toEqual({ mean: expect.closeTo(meanOf(across, 'sd')!.mean, 12), n: 9 });
  const within = [expected[3]![4]!, expected[3]![5]!, expected[4]![5]!];
  expect(groups!.cells[1]![1]).toEqual({ mean: expect.closeTo(meanOf(within, 'sd')!.mean, 12), n: 3 });
  const epochs = await collected<MatrixPanel[]>({
    kind: 'matrix',
    query: 'arm = random and seed = 1',
    options: { between: 'epochs', epochs: [1, 4] },
  });
  expect(epochs[0]!.cells[0]![1]!.mean).toBe(jaccardOf(keptBy(runs[4]!, 1), keptBy(runs[4]!, 4)));
});

test('who pays: by class the share of images that lose and win, paired by seed', async () => {
  const [panel] = await collected<BarsPanel[]>({ kind: 'who-pays', spread: 'sd' });
  expect([...panel!.places].sort()).toEqual(['cat', 'dog', 'owl']);
  const place = panel!.places.indexOf('dog');
  const lost = SEEDS.map((seed) => {
    const [one, other] = [recordOf(EPOCHS, seed), recordOf(EPOCHS, 10 + seed)].map(({ predictions }) =>
      predictions.find(({ moment }) => moment === 'epoch')!,
    );
    const images = [...one!.labels.keys()].filter((image) => one!.labels[image] === 1);
    const gone = images.filter((image) => one!.predicted[image] === 1 && other!.predicted[image] !== 1);
    return gone.length / images.length;
  });
  expect(panel!.groups[0]!.bars[place]!.seeds.map(({ value }) => value)).toEqual(lost);
  await expect(collected({ kind: 'who-pays', options: { before: 'nobody' } })).rejects.toThrow(
    /no group 'nobody': there are control, random/,
  );
});

test('a filmstrip of weights has the state of every weight, and stays empty after the last epoch', async () => {
  const film = await collected<Filmstrip>({
    kind: 'filmstrip',
    query: 'arm = random and seed = 1',
    options: { view: 'weights', layer: 'dense', epochs: [2, 9] },
  });
  expect(film.rows[0]!.frames[1]).toBeNull();
  const record = recordOf(2, 11);
  const { states, accuracy } = film.rows[0]!.frames[0]!;
  expect(accuracy).toBe(record.metrics.testAccuracy);
  // Seven inputs lie across, three outputs down.
  expect(film.layers).toEqual([{ name: 'dense', squares: 21, columns: 7 }]);
  for (let square = 0; square < 21; square++) {
    const weight = (square % 7) * 3 + Math.floor(square / 7);
    const shares = states[0]!.slice(5 * square, 5 * square + 5);
    const at = (plane: number): boolean => bitOf(record, 1, plane, weight);
    const state = at(PRUNED_PLANE) ? 4 : at(shedPlane(SHOWN)) ? 2 : at(INERT_PLANE) ? 3 : null;
    if (state === null) expect(shares[0]! + shares[1]!).toBe(1);
    else expect(shares).toEqual([0, 1, 2, 3, 4].map((each) => (each === state ? 1 : 0)));
  }
  const channels = await collected<Filmstrip>({ kind: 'filmstrip', query: 'arm = random' });
  expect(channels.rows.map(({ label }) => label)).toEqual([
    'random, seed 0',
    'random, seed 1',
    'random, seed 2',
  ]);
  expect(channels.epochs).toEqual([0, 1, 3, 4, 5]);
});
