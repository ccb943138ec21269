import { packBits, popcount, unpackBits } from '../../../main/codec/planes.ts';
import {
  CHANNEL_FIELDS,
  channelRows,
  INERT_PLANE,
  laterRow,
  MOMENTS,
  planeBytes,
  planeCount,
  PRUNED_PLANE,
  shedAndInertRow,
  shedPlane,
  shedRow,
  type EpochRecord,
  type LayerRecord,
  type Measured,
  type RunEnvironment,
} from '../../../common/records.ts';
import { RECKONED_MEASURES } from '../../../common/measures/registry.ts';
import { completeSpecification } from '../../../common/run-specification.ts';
import { DEFAULT_THRESHOLDS } from '../../../common/thresholds.ts';
import type { NewRun } from '../../../main/workspace/messages.ts';

/** Made-up runs and epochs; without vitest, so that processes started by a test can make the same ones. */

export const APPLICATION = 'cascade-lab test';
export const THRESHOLDS = DEFAULT_THRESHOLDS.length;

/** Two layers, one of a size that is no multiple of eight. */
export const LAYERS = [
  { name: 'conv', shape: [3, 3, 1, 4], weights: 36, channels: 4 },
  { name: 'dense', shape: [7, 3], weights: 21, channels: 3 },
] as const;

export const SPECIFICATION = completeSpecification({
  dataset: { name: 'mnist' },
  model: { name: 'lenet-300-100' },
  batchSize: 64,
  epochs: 10,
  optimizer: { name: 'sgd' },
  learningRate: { name: 'constant' },
  pruning: {
    criterion: { name: 'random' },
    granularity: { name: 'weight' },
    distribution: { name: 'global' },
    schedule: { name: 'one-shot' },
    layers: { kinds: [], names: [], except: [] },
    sparsity: 0.5,
  },
  retraining: { name: 'none' },
  thresholds: [...DEFAULT_THRESHOLDS],
  referenceEpoch: 1,
});

export const ENVIRONMENT: RunEnvironment = {
  application: APPLICATION,
  engine: 'none',
  device: 'cpu',
  threads: 1,
  compile: null,
  compileMilliseconds: null,
  node: process.version,
  platform: process.platform,
  datasetHash: 'none',
  classNames: ['cat', 'dog', 'owl'],
  network: {
    name: 'small',
    inputShape: [3, 3, 1],
    classes: 3,
    nodes: [],
    parameters: [
      { name: 'conv/kernel', layer: 'conv', role: 'kernel', shape: [3, 3, 1, 4] },
      { name: 'dense/kernel', layer: 'dense', role: 'kernel', shape: [7, 3] },
      { name: 'dense/bias', layer: 'dense', role: 'bias', shape: [3] },
    ],
    layers: LAYERS.map(({ name, shape, weights, channels }) => ({
      name,
      kind: name,
      kernel: `${name}/kernel`,
      shape: [...shape],
      weights,
      inputChannels: 1,
      outputChannels: channels,
      // A convolution's weights are used at four places.
      macs: name === 'conv' ? 4 * weights : weights,
    })),
  },
};

export function newRun(id: string, changes: Partial<NewRun> = {}): NewRun {
  return {
    id,
    hash: id.slice(0, 12),
    seed: 1,
    specification: SPECIFICATION,
    control: null,
    previousMask: null,
    trunk: null,
    checkpointEvery: null,
    priority: 0,
    epochsTotal: 10,
    stepsPerEpoch: 100,
    pruningEpochs: [1],
    prunes: true,
    study: 'study',
    arm: 'arm',
    named: true,
    ...changes,
  };
}

export const RUN = '000000000001-s1';
export const CONTROL = '000000000002-s1';

/** A small repeatable generator (mulberry32) of numbers in [0, 1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A number of every measure that is stored by its id. */
function measured(random: () => number): Measured {
  return Object.fromEntries(RECKONED_MEASURES.map(({ id }) => [id, random()]));
}

/** Epochs that end in a pruning. */
export const MARKED = [3, 5];

/** A record full of repeatable noise: equal (epoch, salt) give equal bits. Shed bits lie among kept weights only. */
export function recordOf(epoch: number, salt = 0): EpochRecord {
  const random = generator(epoch * 7919 + salt * 104729 + 17);
  return {
    epoch,
    phase: epoch === 0 ? 'initial' : epoch < 3 ? 'training' : 'retraining',
    metrics: {
      learningRate: epoch === 0 ? 0 : 0.1,
      learningRateMean: epoch === 0 ? 0 : 0.08,
      learningRateLast: epoch === 0 ? 0 : 0.05,
      steps: 10,
      trainLoss: epoch === 0 ? null : random(),
      trainAccuracy: epoch === 0 ? null : random(),
      validationLoss: random(),
      validationAccuracy: random(),
      testLoss: random(),
      testAccuracy: random(),
      validationTopFive: random(),
      testTopFive: random(),
      trainingSeconds: 1 + random(),
      evaluationSeconds: 0.5,
      measurementSeconds: 0.01,
      waitingSeconds: 0,
    },
    layers: LAYERS.map(({ name, weights, channels }) => {
      const size = planeBytes(weights);
      const planes = new Uint8Array(planeCount(THRESHOLDS) * size);
      const pruned = Array.from({ length: weights }, () => random() < 0.4);
      const put = (plane: number, bits: boolean[]): void => planes.set(packBits(bits), plane * size);
      put(PRUNED_PLANE, pruned);
      put(
        INERT_PLANE,
        pruned.map((gone) => !gone && random() < 0.2),
      );
      for (let threshold = 0; threshold < THRESHOLDS; threshold++)
        put(
          shedPlane(threshold),
          pruned.map((gone) => !gone && random() < 0.5),
        );
      const count = (plane: number): number => popcount(planes.slice(plane * size, (plane + 1) * size));
      const shed = Array.from({ length: THRESHOLDS }, (_, threshold) => count(shedPlane(threshold)));
      return {
        name,
        weights,
        freedChannels: epoch === 0 ? null : 2,
        freed: epoch === 0 ? null : 7,
        pruned: count(PRUNED_PLANE),
        inert: count(INERT_PLANE),
        shed,
        shedAndInert: shed.map(() => 0),
        zero: 1,
        magnitudes: { zero: 1, first: 460, counts: Uint32Array.of(1 + epoch, 300, 7 + salt) },
        norm: random(),
        compacted: weights - Math.floor(random() * 5),
        deadOnData: null,
        gradientNorm: random(),
        channels: Float32Array.from({ length: channelRows(THRESHOLDS) * channels }, (_, index) =>
          index === 0 ? Number.NaN : random(),
        ),
        planes,
        measured: measured(random),
      };
    }),
    compactedParameters: 60 - Math.floor(random() * 10),
    freedMedian: epoch === 0 ? null : random(),
    heldMedian: epoch === 0 ? null : random(),
    measured: measured(random),
    classes: {
      examples: Int32Array.of(4, 3, 3),
      correct: Int32Array.of(Math.floor(random() * 5), Math.floor(random() * 4), Math.floor(random() * 4)),
    },
    predictions: (MARKED.includes(epoch) ? MOMENTS : []).map((moment) => ({
      moment,
      labels: Uint16Array.from({ length: 10 }, (_, image) => image % 3),
      predicted: Uint16Array.from({ length: 10 }, () => Math.floor(random() * 3)),
      margins: Float32Array.from({ length: 10 }, () => random() - 0.5),
    })),
  };
}

export function bitsOf({ planes, weights }: LayerRecord, plane: number): Uint8Array {
  return unpackBits(planes.subarray(plane * planeBytes(weights)), weights);
}

/** A record whose channel tables tell what its masks say, of residuals on both sides of where a channel is freed. */
export function countedRecordOf(epoch: number, salt = 0): EpochRecord {
  const made = recordOf(epoch, salt);
  const rows = channelRows(THRESHOLDS);
  for (const layer of made.layers) {
    const channels = layer.channels.length / rows;
    const [pruned, inert] = [bitsOf(layer, PRUNED_PLANE), bitsOf(layer, INERT_PLANE)];
    const put = (row: number, is: (weight: number) => boolean): void => {
      const counts = new Float32Array(channels);
      for (let weight = 0; weight < layer.weights; weight++) if (is(weight)) counts[weight % channels]! += 1;
      layer.channels.set(counts, row * channels);
    };
    put(CHANNEL_FIELDS.indexOf('pruned'), (weight) => pruned[weight] === 1);
    put(CHANNEL_FIELDS.indexOf('inert'), (weight) => inert[weight] === 1);
    for (let threshold = 0; threshold < THRESHOLDS; threshold++) {
      const shed = bitsOf(layer, shedPlane(threshold));
      put(shedRow(threshold), (weight) => shed[weight] === 1);
      put(shedAndInertRow(threshold, THRESHOLDS), (weight) => shed[weight] === 1 && inert[weight] === 1);
    }
    const residuals = Float32Array.from({ length: channels }, (_, channel) =>
      epoch === 0 ? Number.NaN : ((channel + epoch) % 3) * 0.15,
    );
    layer.channels.set(residuals, laterRow('residual', THRESHOLDS) * channels);
  }
  return made;
}

/** Bytes that stand for a checkpoint's image. */
export function imageOf(epoch: number, size = 1000): { epoch: number; bytes: Uint8Array<ArrayBuffer> } {
  const random = generator(epoch + 1);
  return { epoch, bytes: Uint8Array.from({ length: size }, () => random() * 256) };
}
