import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { planeBytes, planeCount } from '../../common/records.ts';
import { DEFAULT_THRESHOLDS } from '../../common/thresholds.ts';
import { Reader } from '../../main/workspace/reader/reader.ts';
import { openWorkspace, type Workspace } from '../../main/workspace/workspace.ts';
import { initialLayer, integers, prunedEpoch, syntheticRun, type LayerShape } from '../synthetic-run.ts';

/**
 * How fast a workspace takes and gives back runs, and how much of a disk masks need. Synthetic runs through the
 * real threads; sizes in bytes, times in milliseconds.
 */

interface Scenario {
  name: string;
  layers: LayerShape[];
  epochs: number;
  /** Share of the weights pruned, all at epoch 1. */
  pruned: number;
  /** Share of the weights whose bit changes, an epoch and a threshold. */
  changing: number;
}

export interface WorkspaceResult {
  scenario: string;
  weights: number;
  epochs: number;
  planes: number;
  /** Bytes of all planes of all epochs as bits, and of what is stored for them. */
  rawBytes: number;
  storedBytes: number;
  storedShare: number;
  databaseBytes: number;
  /** Medians, and the slowest. */
  recordMs: Spread;
  /** From nothing but the file: summary, curves of every epoch, excess. */
  openRunMs: number;
  /** One layer (the largest) and all layers of a random epoch, with nothing decoded beforehand. */
  coldSeekLayerMs: Spread;
  coldSeekAllMs: Spread;
  /** The same through the reader thread while somebody scrubs to and fro at random. */
  seekLayerMs: Spread;
  seekAllMs: Spread;
  channelTableMs: Spread;
}

export interface Spread {
  median: number;
  maximum: number;
  count: number;
}

const LARGE = Array.from({ length: 10 }, (_, index) => ({
  name: `layer-${index}`,
  weights: 2_500_000,
  channels: 500,
}));

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'lenet-300-100, 200 epochs',
    layers: [
      { name: 'dense-1', weights: 235_200, channels: 300 },
      { name: 'dense-2', weights: 30_000, channels: 100 },
      { name: 'dense-3', weights: 1_000, channels: 10 },
    ],
    epochs: 200,
    pruned: 0.5,
    changing: 0.002,
  },
  {
    name: '25 million weights, 90 epochs, slowly changing',
    layers: LARGE,
    epochs: 90,
    pruned: 0.9,
    changing: 1e-4,
  },
  { name: '25 million weights, 90 epochs, static', layers: LARGE, epochs: 90, pruned: 0.9, changing: 0 },
];

/** Runs the scenarios one after another in a temporary folder. */
export async function benchmarkWorkspace(scenarios = SCENARIOS, seeks = 30): Promise<WorkspaceResult[]> {
  const results: WorkspaceResult[] = [];
  for (const scenario of scenarios) {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-bench-'));
    try {
      results.push(await measure(scenario, folder, seeks));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return results;
}

async function measure(scenario: Scenario, folder: string, seeks: number): Promise<WorkspaceResult> {
  const id = '000000000000-s0';
  const workspace = await openWorkspace(folder, { application: 'bench' });
  const record = await recordRun(workspace, id, scenario);
  await workspace.close();
  const again = await openWorkspace(folder, { application: 'bench' });
  const openRun = await timed(() => Promise.all([again.getRun(id), again.epochs(id), again.excess(id)]));

  const random = integers(7);
  const epochs = Array.from({ length: seeks }, () => random() % (scenario.epochs + 1));
  const largest = scenario.layers[0]!.name;
  const seekLayer: number[] = [];
  const seekAll: number[] = [];
  const channels: number[] = [];
  for (const epoch of epochs) {
    seekLayer.push(await timed(() => again.planeFrame(id, epoch, largest)));
    channels.push(await timed(() => again.channelFrame(id, { from: epoch, to: epoch })));
  }
  for (const epoch of epochs)
    seekAll.push(
      await timed(() => Promise.all(scenario.layers.map(({ name }) => again.planeFrame(id, epoch, name)))),
    );
  await again.close();

  const coldLayer: number[] = [];
  const coldAll: number[] = [];
  for (const epoch of epochs) {
    coldLayer.push(await cold(folder, (reader) => reader.planeFrame(id, epoch, largest)));
    coldAll.push(
      await cold(folder, (reader) => scenario.layers.map(({ name }) => reader.planeFrame(id, epoch, name))),
    );
  }

  const count = planeCount(DEFAULT_THRESHOLDS.length);
  const weights = scenario.layers.reduce((sum, layer) => sum + layer.weights, 0);
  const rawBytes =
    scenario.layers.reduce((sum, layer) => sum + planeBytes(layer.weights), 0) *
    count *
    (scenario.epochs + 1);
  const { storedBytes, databaseBytes } = sizes(folder);
  return {
    scenario: scenario.name,
    weights,
    epochs: scenario.epochs + 1,
    planes: count,
    rawBytes,
    storedBytes,
    storedShare: storedBytes / rawBytes,
    databaseBytes,
    recordMs: spread(record),
    openRunMs: openRun,
    coldSeekLayerMs: spread(coldLayer),
    coldSeekAllMs: spread(coldAll),
    seekLayerMs: spread(seekLayer),
    seekAllMs: spread(seekAll),
    channelTableMs: spread(channels),
  };
}

async function recordRun(workspace: Workspace, id: string, scenario: Scenario): Promise<number[]> {
  await workspace.addRun(syntheticRun(id, scenario.epochs, [1]));
  await workspace.setState(id, 'running', null);
  const random = integers(1);
  const layers = scenario.layers.map((layer) => initialLayer(layer, random));
  const times: number[] = [];
  for (let epoch = 0; epoch <= scenario.epochs; epoch++) {
    const record = prunedEpoch(layers, epoch, scenario, random);
    times.push(await timed(() => workspace.recordEpoch(id, record, null, [])));
  }
  await workspace.setState(id, 'finished', null);
  return times;
}

async function cold(folder: string, seek: (reader: Reader) => unknown): Promise<number> {
  const reader = new Reader(folder);
  try {
    return await timed(() => seek(reader));
  } finally {
    reader.close();
  }
}

function sizes(folder: string): { storedBytes: number; databaseBytes: number } {
  const database = new Database(join(folder, 'workspace.sqlite'), { readonly: true });
  try {
    const count = (sql: string): number => Number(database.prepare(sql).pluck().get());
    return {
      storedBytes: count('select sum(length(bytes)) from planes'),
      databaseBytes: Number(database.pragma('page_count', { simple: true })) * 8192,
    };
  } finally {
    database.close();
  }
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function spread(times: number[]): Spread {
  const sorted = [...times].sort((one, other) => one - other);
  return { median: sorted[sorted.length >>> 1]!, maximum: sorted.at(-1)!, count: sorted.length };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchmarkWorkspace(), null, 2)}\n`);
