import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointToPyTorch } from '../../main/codec/pytorch-layout.ts';
import {
  decodeSafetensors,
  float32Of,
  type SafetensorsFile,
  type SafetensorsTensor,
} from '../../main/codec/safetensors.ts';
import { TrainingSession } from '../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../main/trainer/tensorflow/engine.ts';
import { values } from './networks-cases.ts';
import { cases, SEED, type PrunedTrainingCase } from './pruned-training-cases.ts';

/**
 * Whole runs against PyTorch and its torch.nn.utils.prune, both in float64: iterative magnitude pruning with weights and
 * rates rewound (masks equal after each of three rounds), and large networks with a pruning on the way. Golden files stand
 * in where CASCADE_PYTHON is absent; CASCADE_PARITY_GOLDEN=write makes them anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden');
/** Of each tensor's norm. */
const TOLERANCE = 1e-4;

interface Summaries {
  /** Norm, and product with numbers of its own. */
  tensors: Record<string, [norm: number, product: number]>;
  /** SHA-256. */
  masks: Record<string, string>;
}

let engine: Engine;
let folder: string;
let summaries: Record<string, Summaries>;
let whole: SafetensorsFile;

beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64', threads: 1 });
  folder = mkdtempSync(join(tmpdir(), 'cascade-pruned-training-'));
  if (python) ask(python);
  const results = python ? folder : golden;
  const name = python ? 'results' : 'pruned-training';
  summaries = JSON.parse(readFileSync(join(results, `${name}.json`), 'utf8')) as Record<string, Summaries>;
  whole = decodeSafetensors(readFileSync(join(results, `${name}.safetensors`)));
}, 120_000);
afterAll(() => {
  engine?.dispose();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function sessionOf({ specification, dataset }: PrunedTrainingCase): TrainingSession {
  return new TrainingSession(engine, specification, dataset, SEED);
}

/** Writes what the reference reads, and runs it. */
function ask(interpreter: string): void {
  const written = cases.map((each) => {
    const session = sessionOf(each);
    const { network } = session;
    const { name, specification, dataset } = each;
    writeFileSync(join(folder, `${name}.safetensors`), checkpointToPyTorch(network, session.checkpoint()));
    session.dispose();
    writeFileSync(join(folder, `${name}.images`), dataset.train.images);
    writeFileSync(join(folder, `${name}.labels`), dataset.train.labels);
    const { imageShape, mean, standardDeviation } = dataset;
    const operations = each.operations(network.layers.reduce((sum, { weights }) => sum + weights, 0));
    const { optimizer } = specification;
    return { name, network, optimizer, imageShape, mean, standardDeviation, operations, whole: each.whole };
  });
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(written));
  execFileSync(interpreter, [join(import.meta.dirname, 'pruned_training_reference.py'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (process.env['CASCADE_PARITY_GOLDEN'] !== 'write') return;
  for (const type of ['json', 'safetensors'])
    copyFileSync(join(folder, `results.${type}`), join(golden, `pruned-training.${type}`));
}

type Tensors = Map<string, SafetensorsTensor>;

/** The run, as the reference records it: after an epoch's steps, and before what is pruned then. */
function train(found: PrunedTrainingCase): Map<string, Tensors> {
  const session = sessionOf(found);
  const records = new Map<string, Tensors>();
  try {
    expect(session.plan.epochs).toBe(Math.max(...Object.values(found.records)));
    while (session.epoch < session.plan.epochs) {
      session.trainEpoch(() => undefined);
      for (const [name, epoch] of Object.entries(found.records))
        if (epoch === session.epoch)
          records.set(
            name,
            decodeSafetensors(checkpointToPyTorch(session.network, session.checkpoint())).tensors,
          );
      session.pruneIfPlanned();
    }
    return records;
  } finally {
    session.dispose();
  }
}

const isMask = (name: string): boolean => name.endsWith('.weight_mask');
const normOf = (numbers: ArrayLike<number>): number =>
  Math.sqrt(Array.from(numbers).reduce((sum, x) => sum + x * x, 0));

describe.each(cases)('$name', (found) => {
  test('agrees with PyTorch', { timeout: 120_000 }, () => {
    for (const [record, ours] of train(found)) {
      const place = `${found.name}/${record}`;
      const { tensors, masks } = summaries[place]!;
      const parameters = [...ours.keys()].filter((name) => !isMask(name));
      expect(parameters.sort(), place).toEqual(Object.keys(tensors).sort());
      for (const [name, digest] of Object.entries(masks)) {
        const { bytes } = ours.get(name)!;
        expect(createHash('sha256').update(bytes).digest('hex'), `${place}/${name}`).toBe(digest);
      }
      // Before the first pruning PyTorch has no masks.
      const pruned = [...ours].filter(([name, { bytes }]) => isMask(name) && bytes.includes(0));
      if (Object.keys(masks).length === 0) expect(pruned).toEqual([]);
      else expect(pruned.length).toBeGreaterThan(1);

      for (const name of parameters) {
        const numbers = float32Of(ours.get(name)!);
        const [norm, product] = tensors[name]!;
        const probe = values(`${name}/probe`, numbers.length);
        const projected = numbers.reduce((sum, x, index) => sum + x * (probe[index]! - 0.5), 0);
        const scale = Math.max(norm, 1e-9);
        expect(Math.abs(normOf(numbers) - norm) / scale, `norm of ${place}/${name}`).toBeLessThan(TOLERANCE);
        expect(Math.abs(projected - product) / scale, `product of ${place}/${name}`).toBeLessThan(TOLERANCE);
        if (!found.whole) continue;
        const theirs = float32Of(whole.tensors.get(`${place}/${name}`)!);
        const apart = normOf(numbers.map((x, index) => x - theirs[index]!));
        expect(apart / scale, `difference of ${place}/${name}`).toBeLessThan(TOLERANCE);
      }
    }
  });
});

test('what is compared differs from record to record', () => {
  for (const { name, records } of cases) {
    const seen = Object.keys(records).map((record) => JSON.stringify(summaries[`${name}/${record}`]));
    expect(new Set(seen).size, name).toBe(seen.length);
  }
});
