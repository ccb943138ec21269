import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointToPyTorch, pyTorchOrder } from '../../main/codec/pytorch-layout.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsFile,
} from '../../main/codec/safetensors.ts';
import { criteria } from '../../main/trainer/pruning/criteria/registry.ts';
import { selectLayers } from '../../main/trainer/pruning/layer-selection.ts';
import type { Dataset } from '../../main/trainer/data/dataset.ts';
import { epochBatches } from '../../main/trainer/session/batches.ts';
import { TrainingSession } from '../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../main/trainer/tensorflow/engine.ts';
import { unusedDerivatives } from '../main/doubles/derivatives.ts';
import { PARITY_BATCH, parityCases, type ParityCase } from './cases.ts';
import { datasets } from '../../main/trainer/data/registry.ts';

/**
 * The same net from the same weights, in the same batch order, pruned at the same moment, here and in PyTorch, both in
 * float64: what differs is then a difference of the mathematics, not chaos amplifying the last bit. CASCADE_PYTHON
 * names a Python with PyTorch; without one, golden files that reference.py made stand in. CASCADE_PARITY_GOLDEN=write
 * makes them anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden');
const SEED = 3;
/** Of each tensor's norm, after 100 steps. */
const TOLERANCE = 1e-4;

let engine: Engine;
let dataset: Dataset;
const folders: string[] = [];

beforeAll(async () => {
  console.log(
    python
      ? `Parity: against live PyTorch (${python}).`
      : 'Parity: against golden files made by reference.py.',
  );
  engine = openEngine({ device: 'cpu', precision: 'float64' });
  dataset = await datasets.open(parityCases[0]!.specification.dataset).load();
});
afterAll(() => {
  engine?.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Ours {
  result: SafetensorsFile;
  losses: number[];
  folder: string;
}

function trainOurs({ specification }: ParityCase): Ours {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-parity-'));
  folders.push(folder);
  const session = new TrainingSession(engine, specification, dataset, SEED);
  try {
    writeCase(folder, specification, session);
    const losses: number[] = [];
    for (let epoch = 1; epoch <= session.plan.epochs; epoch++) {
      losses.push(session.trainEpoch(() => undefined).loss);
      session.takeReference();
      session.pruneIfPlanned();
    }
    return {
      folder,
      losses,
      result: decodeSafetensors(checkpointToPyTorch(session.network, session.checkpoint())),
    };
  } finally {
    session.dispose();
  }
}

/** Writes what reference.py reads. */
function writeCase(
  folder: string,
  specification: ParityCase['specification'],
  session: TrainingSession,
): void {
  const { network, plan } = session;
  const chosen = selectLayers(network.layers, specification.pruning!.layers);
  const orders = new Map(network.layers.map((layer) => [layer.name, pyTorchOrder(layer)]));
  writeFileSync(join(folder, 'initial.safetensors'), checkpointToPyTorch(network, session.checkpoint()));
  writeFileSync(join(folder, 'images.bin'), dataset.train.images);
  writeFileSync(join(folder, 'labels.bin'), dataset.train.labels);
  const rates = Array.from({ length: plan.epochs }, (_, index) => session.rates(index + 1).first);
  const batches = rates.map((_, index) =>
    epochBatches(dataset.train.count, PARITY_BATCH, SEED, index + 1).map((indices) => [...indices]),
  );
  writeFileSync(join(folder, 'batches.json'), JSON.stringify(batches));
  writeFileSync(
    join(folder, 'case.json'),
    JSON.stringify({
      network,
      optimizer: specification.optimizer,
      rates,
      imageShape: dataset.imageShape,
      mean: dataset.mean,
      standardDeviation: dataset.standardDeviation,
      orders: Object.fromEntries([...orders].map(([name, { order }]) => [name, [...order]])),
      pruning: {
        epoch: 1,
        sparsity: specification.pruning!.sparsity,
        layers: chosen.map(({ name }) => name),
      },
    }),
  );
  if (specification.pruning!.criterion.name === 'random') {
    // A random draw is data, not mathematics: PyTorch is given the scores, and must select the same weights by them.
    const layers = network.layers.map((layer, index) => ({
      ...layer,
      index,
      weights: new Float32Array(layer.weights),
      mask: new Uint8Array(layer.weights).fill(1),
    }));
    const derivatives = unusedDerivatives;
    const drawn = criteria
      .open({ name: 'random' })
      .scores({ seed: SEED, counters: [1], layers, derivatives, handed: null });
    const tensors = new Map(
      network.layers.flatMap((layer) => {
        if (!chosen.includes(layer)) return [];
        const { shape, order } = orders.get(layer.name)!;
        const scores = drawn.get(layer.name)!;
        const bytes = new Uint8Array(Float32Array.from(order, (position) => scores[position]!).buffer);
        return [[layer.name, { dtype: 'F32' as const, shape, bytes }]];
      }),
    );
    writeFileSync(join(folder, 'scores.safetensors'), encodeSafetensors({ metadata: {}, tensors }));
  }
}

function reference(name: string, folder: string): SafetensorsFile {
  const file = join(golden, `${name}.safetensors`);
  if (python) {
    execFileSync(python, [join(import.meta.dirname, 'reference.py'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const result = join(folder, 'result.safetensors');
    if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(result, file);
    return decodeSafetensors(readFileSync(result));
  }
  if (!existsSync(file)) throw new Error(`There is neither CASCADE_PYTHON nor ${file}.`);
  return decodeSafetensors(readFileSync(file));
}

describe.each(parityCases)('$name', (parityCase) => {
  test('100 steps and a pruning agree with PyTorch', { timeout: 240_000 }, () => {
    const ours = trainOurs(parityCase);
    const theirs = reference(parityCase.name, ours.folder);

    const masks = [...theirs.tensors].filter(([name]) => name.endsWith('.weight_mask'));
    expect(masks.length).toBeGreaterThan(0);
    for (const [name, mask] of masks) {
      const { bytes } = ours.result.tensors.get(name)!;
      expect(
        bytes.filter((bit, index) => bit !== mask.bytes[index]).length,
        `masks of ${name} that differ`,
      ).toBe(0);
    }

    const parameters = [...theirs.tensors].filter(([name]) => name !== 'losses' && !name.endsWith('_mask'));
    expect(parameters.map(([name]) => name).sort()).toEqual(
      [...ours.result.tensors.keys()].filter((name) => !name.endsWith('_mask')).sort(),
    );
    for (const [name, tensor] of parameters) {
      const wanted = float32Of(tensor);
      const found = float32Of(ours.result.tensors.get(name)!);
      const difference = Math.hypot(...pairs(found, wanted));
      expect(
        difference / Math.max(Math.hypot(...chunks(wanted)), 1e-12),
        `relative difference of ${name}`,
      ).toBeLessThan(TOLERANCE);
    }
    const losses = float32Of(theirs.tensors.get('losses')!);
    ours.losses.forEach((loss, index) => expect(Math.abs(loss - losses[index]!)).toBeLessThan(1e-5));
  });
});

/** Norms of slices: Math.hypot takes its numbers as arguments, of which there may not be too many. */
function chunks(values: Float32Array): number[] {
  const norms: number[] = [];
  for (let start = 0; start < values.length; start += 4096)
    norms.push(Math.hypot(...values.subarray(start, start + 4096)));
  return norms;
}
function pairs(a: Float32Array, b: Float32Array): number[] {
  return chunks(a.map((value, index) => value - b[index]!));
}
