import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointToPyTorch } from '../../../../main/codec/pytorch-layout.ts';
import { decodeSafetensors, float32Of } from '../../../../main/codec/safetensors.ts';
import { describeNetwork } from '../../../../main/trainer/network/describe.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { WEIGHT_FORMATS } from '../../../../common/codec/weight-formats.ts';
import { epochOf, pruningAfter, smallDataset, specification, tensorsOf } from './small-runs.ts';

/**
 * A checkpoint that the version before masks became bits wrote, after the first epoch of this run, at whose end 60% of the
 * weights were pruned.
 */
const earlier = readFileSync(join(import.meta.dirname, 'golden', 'checkpoint-1.safetensors'));
const run = specification({ epochs: 3, pruning: pruningAfter(1), referenceEpoch: 1 });
const dataset = smallDataset();

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());

test('a checkpoint with masks as bytes is resumed, and what is saved from it says the same with an eighth for masks', () => {
  const session = new TrainingSession(engine, run, dataset, 1);
  session.restore(earlier);
  expect(session.epoch).toBe(1);
  const saved = session.checkpoint();
  const before = decodeSafetensors(earlier);
  const tensors = tensorsOf(saved);
  expect([...tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
  for (const [name, { bytes }] of before.tensors) {
    const { buffer, byteOffset, byteLength } = tensors.get(name)!;
    expect(Buffer.compare(bytes, new Uint8Array(buffer, byteOffset, byteLength)), name).toBe(0);
  }
  const masked = [...decodeSafetensors(saved).tensors].filter(([name]) => name.startsWith('mask'));
  expect(masked.reduce((sum, [, { bytes }]) => sum + bytes.length, 0)).toBe(7 + 7 + 6 + 9 + 10 + 5);

  epochOf(session);
  const resumed = tensorsOf(session.checkpoint());
  for (const [name, { bytes }] of before.tensors)
    if (name.startsWith('mask/')) {
      expect([...resumed.get(name)!], name).toEqual([...bytes]);
      const weights = resumed.get(`${name.slice('mask/'.length)}.weight`)!;
      bytes.forEach((kept, index) => kept || expect(weights[index]).toBe(0));
    }
  session.dispose();
});

test('a checkpoint with masks as bytes is exported to the same bytes', () => {
  const network = describeNetwork(run, dataset);
  const session = new TrainingSession(engine, run, dataset, 1);
  session.restore(earlier);
  const saved = session.checkpoint();
  session.dispose();
  for (const format of WEIGHT_FORMATS) {
    const [one, other] = [earlier, saved].map((bytes) => checkpointToPyTorch(network, bytes, format));
    expect([...decodeSafetensors(one!).tensors].length).toBeGreaterThan(10);
    expect(Buffer.compare(one!, other!), format).toBe(0);
  }
});

test('a run whose weights are to be rewound takes them from an earlier checkpoint of its trunk', () => {
  const retraining = { name: 'weight-rewinding', to: 1 };
  const rewinding = specification({ retraining, pruning: pruningAfter(2), referenceEpoch: 2 });
  const session = new TrainingSession(engine, rewinding, dataset, 1);
  session.rewindLaterTo(earlier);
  const kept = tensorsOf(session.checkpoint());
  session.dispose();
  for (const name of ['conv1.weight', 'fc.bias'])
    expect(kept.get(`rewind/parameter/${name}`)).toEqual(tensorOf(name));
});

function tensorOf(name: string): Float32Array {
  return float32Of(decodeSafetensors(earlier).tensors.get(name)!);
}
