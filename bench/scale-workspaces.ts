import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { NetworkDescription } from '../common/network.ts';
import type { RunEnvironment } from '../common/records.ts';
import type { PruningSpecification } from '../common/run-specification.ts';
import { openWorkspace, type Workspace } from '../main/workspace/workspace.ts';
import {
  initialLayer,
  integers,
  prunedEpoch,
  SPECIFICATION,
  syntheticRun,
  type LayerShape,
} from './synthetic-run.ts';

/**
 * Large workspaces in seconds: a few epochs are recorded by the real writer, and their rows are multiplied in SQL. What is
 * measured of them is how long answers take and how large they are, not what they say.
 */

/** A pruned run, and its control. */
export const RUN = '000000000000-s0';
export const CONTROL = '111111111111-s0';

const LENET: LayerShape[] = [
  { name: 'dense-1', weights: 235_200, channels: 300 },
  { name: 'dense-2', weights: 30_000, channels: 100 },
  { name: 'dense-3', weights: 1_000, channels: 10 },
];

/** A run of so many epochs of LeNet-300-100's size, and its control, which has as many. */
export async function writeLongRun(folder: string, epochs: number): Promise<void> {
  await record(folder, LENET, 3, 0.5);
  multiply(folder, (database) => {
    const later = `with recursive numbers (n) as (select 3 union all select n + 1 from numbers where n < ${epochs - 1})`;
    copyRows(database, 'epochs', later, 'numbers', 'rows.epoch = 2', {
      epoch: 'n',
      test_accuracy: '0.5 + 0.4 * sin(n)',
      test_loss: '1.0 + 0.5 * cos(n)',
    });
    for (const table of ['layer_epochs', 'excess', 'excess_totals', 'class_epochs', 'channel_tables'])
      copyRows(database, table, later, 'numbers', 'rows.epoch = 2', { epoch: 'n' });
    // All of them are changes of the same earlier epoch's, unless they stand by themselves.
    const own = (column: string): string => `iif(rows.${column} = rows.epoch, n, rows.${column})`;
    copyRows(database, 'planes', later, 'numbers', 'rows.epoch = 2', {
      epoch: 'n',
      key_epoch: own('key_epoch'),
      base: own('base'),
    });
    database.exec(`update runs set epochs_total = ${epochs - 1}`);
  });
}

/** So many runs of three epochs each, half of them controls of the others, with masks of some 50 kB: half a gigabyte at ten thousand. */
export async function writeManyRuns(folder: string, runs: number): Promise<void> {
  const layers = [
    { name: 'dense-1', weights: 30_000, channels: 100 },
    { name: 'dense-2', weights: 1_000, channels: 10 },
  ];
  await record(folder, layers, 3, 0.5);
  multiply(folder, (database) => {
    const later = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${runs / 2 - 1})`;
    const copyOf = (number: string): string => `2 * n + ${number}`;
    copyRows(database, 'runs', later, 'numbers', 'true', {
      number: copyOf('rows.number'),
      id: "printf('%012x-s%d', 2 * n + rows.number, n % 5)",
      hash: "printf('%012x', 2 * n + rows.number)",
      seed: 'n % 5',
      specification: `replace(rows.specification, '"sparsity":0.5', printf('"sparsity":%.4f', 0.1 + n / 12500.0))`,
      control: copyOf('rows.control'),
      created_at: 'rows.created_at + n',
    });
    copyRows(database, 'memberships', later, 'numbers', 'true', {
      run: copyOf('rows.run'),
      study: "printf('sweep-%d', n % 20)",
      arm: "printf('sparsity %d%%', n % 97)",
    });
    for (const table of ['environments', 'epochs', 'class_epochs', 'channel_tables'])
      copyRows(database, table, later, 'numbers', 'true', { run: copyOf('rows.run') });
    const layerOf = (id: string): string => `n * 1000 + ${id}`;
    copyRows(database, 'layers', later, 'numbers', 'true', {
      id: layerOf('rows.id'),
      run: copyOf('rows.run'),
    });
    for (const table of ['layer_epochs', 'planes'])
      copyRows(database, table, later, 'numbers', 'rows.layer < 1000', { layer: layerOf('rows.layer') });
    copyRows(database, 'excess', later, 'numbers', 'true', {
      run: copyOf('rows.run'),
      control: copyOf('rows.control'),
      layer: layerOf('rows.layer'),
    });
    copyRows(database, 'excess_totals', later, 'numbers', 'true', {
      run: copyOf('rows.run'),
      control: copyOf('rows.control'),
    });
  });
}

/** So many runs of so many epochs, with curves of their own; of the later epochs, what curves are read from alone. */
export async function writeManyCurves(folder: string, runs: number, epochs: number): Promise<void> {
  await writeManyRuns(folder, runs);
  multiply(folder, (database) => {
    const later = `with recursive numbers (n) as (select 3 union all select n + 1 from numbers where n < ${epochs - 1})`;
    copyRows(database, 'epochs', later, 'numbers', 'rows.epoch = 2', {
      epoch: 'n',
      test_accuracy: '0.9 - 0.8 / (1 + n * (1 + rows.run % 17) / 40.0) + 0.01 * sin(n * (1 + rows.run % 5))',
      test_loss: '0.1 + 2.2 / (1 + n * (1 + rows.run % 13) / 30.0)',
    });
    copyRows(database, 'excess_totals', later, 'numbers', 'rows.epoch = 2', { epoch: 'n' });
    database.exec(`update runs set epochs_total = ${epochs - 1}`);
  });
}

/** One run of ResNet-50's size: 25.5 million weights in 54 kernels. */
export async function writeResNet50(folder: string, epochs: number): Promise<void> {
  await record(folder, RESNET_50, epochs, 0.9);
}

export const RESNET_50: LayerShape[] = [
  { name: 'stem', weights: 9_408, channels: 64 },
  ...[
    { blocks: 3, width: 64 },
    { blocks: 4, width: 128 },
    { blocks: 6, width: 256 },
    { blocks: 3, width: 512 },
  ].flatMap(({ blocks, width }, stage) =>
    Array.from({ length: blocks }, (_, block) => {
      const before = block > 0 ? 4 * width : stage === 0 ? 64 : 2 * width;
      const name = `stage-${stage + 1}-block-${block + 1}`;
      return [
        { name: `${name}-a`, weights: before * width, channels: width },
        { name: `${name}-b`, weights: 9 * width * width, channels: width },
        { name: `${name}-c`, weights: 4 * width * width, channels: 4 * width },
        ...(block > 0
          ? []
          : [{ name: `${name}-shortcut`, weights: 4 * before * width, channels: 4 * width }]),
      ];
    }).flat(),
  ),
  { name: 'head', weights: 2_048_000, channels: 1_000 },
];
/** The largest kernel of it: 2,359,296 weights. */
export const RESNET_50_LAYER = 'stage-4-block-1-b';

/** The control, then the run, which loses the share of its weights at its first pruning. */
async function record(folder: string, shapes: LayerShape[], epochs: number, pruned: number): Promise<void> {
  const workspace = await openWorkspace(folder, { application: 'bench' });
  for (const [id, share] of [
    [CONTROL, 0],
    [RUN, pruned],
  ] as const)
    await recordRun(workspace, id, shapes, epochs, share);
  await workspace.close();
}

async function recordRun(
  workspace: Workspace,
  id: string,
  shapes: LayerShape[],
  epochs: number,
  pruned: number,
): Promise<void> {
  await workspace.addRun(
    pruned === 0
      ? syntheticRun(id, epochs - 1, [], { arm: 'dense' })
      : syntheticRun(id, epochs - 1, [1], {
          arm: 'pruned',
          control: CONTROL,
          specification: { ...SPECIFICATION, pruning: PRUNING },
        }),
  );
  await workspace.setEnvironment(id, environmentOf(shapes));
  await workspace.setState(id, 'running', null);
  const random = integers(1);
  const layers = shapes.map((shape) => initialLayer(shape, random));
  for (let epoch = 0; epoch < epochs; epoch++)
    await workspace.recordEpoch(id, prunedEpoch(layers, epoch, { pruned, changing: 1e-4 }, random), null, []);
  await workspace.setState(id, 'finished', null);
}

const PRUNING: PruningSpecification = {
  criterion: { name: 'magnitude' },
  granularity: { name: 'weight' },
  distribution: { name: 'global' },
  schedule: { name: 'one-shot' },
  layers: { kinds: [], names: [], except: [] },
  sparsity: 0.5,
  shuffle: false,
  onCollapse: 'continue',
};

function multiply(folder: string, work: (database: Database.Database) => void): void {
  const database = new Database(join(folder, 'workspace.sqlite'));
  try {
    database.pragma('foreign_keys = off');
    database.transaction(() => work(database))();
    database.pragma('wal_checkpoint(truncate)');
  } finally {
    database.close();
  }
}

/** Copies rows of a table, once for each number, with other values in some columns. */
function copyRows(
  database: Database.Database,
  table: string,
  numbers: string,
  from: string,
  where: string,
  changes: Readonly<Record<string, string>>,
): void {
  const columns = database.prepare('select name from pragma_table_info(?)').pluck().all(table) as string[];
  const values = columns.map((column) => changes[column] ?? `rows.${column}`);
  const [first, ...joined] = from.split(' join ');
  const tables = [`${table} as rows`, ...joined].join(' join ');
  database.exec(
    `insert into ${table} (${columns.join(', ')}) ${numbers} select ${values.join(', ')} from ${first} cross join ${tables} where ${where}`,
  );
}

export function environmentOf(shapes: readonly LayerShape[]): RunEnvironment {
  const network: NetworkDescription = {
    name: 'synthetic',
    inputShape: [28, 28, 1],
    classes: 10,
    nodes: [],
    parameters: shapes.map(({ name, weights, channels }) => ({
      name: `${name}/kernel`,
      layer: name,
      role: 'kernel',
      shape: [weights / channels, channels],
    })),
    layers: shapes.map(({ name, weights, channels }) => ({
      name,
      kind: 'dense',
      kernel: `${name}/kernel`,
      shape: [weights / channels, channels],
      weights,
      inputChannels: weights / channels,
      outputChannels: channels,
      macs: weights,
    })),
  };
  return {
    application: 'bench',
    engine: 'none',
    device: 'cpu',
    threads: 1,
    compile: null,
    compileMilliseconds: null,
    node: process.version,
    platform: process.platform,
    datasetHash: 'none',
    classNames: null,
    network,
  };
}
