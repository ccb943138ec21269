import {
  channelRows,
  INERT_PLANE,
  planeBytes,
  planeCount,
  PRUNED_PLANE,
  shedPlane,
  type LayerRecord,
  type EpochRecord,
} from '../common/records.ts';
import { completeSpecification } from '../common/run-specification.ts';
import { RECKONED_MEASURES } from '../common/measures/registry.ts';
import { popcount } from '../main/codec/planes.ts';
import { DEFAULT_THRESHOLDS } from '../common/thresholds.ts';
import type { NewRun } from '../main/workspace/messages.ts';

/** A number of every measure that is stored by its id. */
const MEASURED = Object.fromEntries(RECKONED_MEASURES.map(({ id }) => [id, 0.012345678901234567]));

/** Masks that look like those of a pruned network and change like them, without a network. */

export interface LayerShape {
  name: string;
  weights: number;
  channels: number;
}

export interface SyntheticLayer {
  record: LayerRecord;
  /** Of each weight: under how many thresholds it lies. */
  depths: Uint8Array;
}

export function initialLayer({ name, weights, channels }: LayerShape, random: () => number): SyntheticLayer {
  const thresholds = DEFAULT_THRESHOLDS.length;
  const record: LayerRecord = {
    name,
    weights,
    pruned: 0,
    inert: 0,
    shed: new Array<number>(thresholds).fill(0),
    shedAndInert: new Array<number>(thresholds).fill(0),
    zero: 0,
    norm: 1,
    magnitudes: { zero: 0, first: 480, counts: new Uint32Array(40).fill(1) },
    freedChannels: 0,
    freed: 0,
    compacted: weights,
    gradientNorm: 1,
    deadOnData: null,
    measured: MEASURED,
    channels: Float32Array.from({ length: channelRows(thresholds) * channels }, random),
    planes: new Uint8Array(planeCount(thresholds) * planeBytes(weights)),
  };
  return { record, depths: new Uint8Array(weights) };
}

/**
 * Prunes at random; of the kept weights a fifth is inert, and a third is shed: each to a depth, the number of
 * thresholds that it lies under, so that the planes of the ladder contain one another.
 */
export function prune({ record, depths }: SyntheticLayer, share: number, random: () => number): void {
  const size = planeBytes(record.weights);
  const set = (plane: number, weight: number): void => {
    record.planes[plane * size + (weight >>> 3)]! |= 1 << (weight & 7);
  };
  for (let weight = 0; weight < record.weights; weight++) {
    if (random() / 2 ** 32 < share) {
      set(PRUNED_PLANE, weight);
      continue;
    }
    if (random() % 5 === 0) set(INERT_PLANE, weight);
    if (random() % 3 !== 0) continue;
    const depth = 1 + (random() % DEFAULT_THRESHOLDS.length);
    depths[weight] = depth;
    for (let threshold = 0; threshold < depth; threshold++) set(shedPlane(threshold), weight);
  }
  record.pruned = popcount(record.planes.subarray(0, size));
}

/** Kept weights cross one threshold, downwards or upwards: on average the share's bits change in each shed plane. */
export function change({ record, depths }: SyntheticLayer, share: number, random: () => number): void {
  const size = planeBytes(record.weights);
  for (let crossings = Math.round(record.weights * share * DEFAULT_THRESHOLDS.length); crossings > 0;) {
    const weight = random() % record.weights;
    if ((record.planes[weight >>> 3]! >>> (weight & 7)) & 1) continue;
    const depth = depths[weight]!;
    const deeper = depth === 0 || (depth < DEFAULT_THRESHOLDS.length && random() % 2 === 0);
    record.planes[shedPlane(deeper ? depth : depth - 1) * size + (weight >>> 3)]! ^= 1 << (weight & 7);
    depths[weight] = deeper ? depth + 1 : depth - 1;
    crossings--;
  }
}

/** xorshift32: repeatable and fast enough to make 25 million weights. */
export function integers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Numbers of every epoch of a made-up run; they mean nothing. */
const METRICS: EpochRecord['metrics'] = {
  learningRate: 0.1,
  learningRateMean: 0.1,
  learningRateLast: 0.1,
  steps: 1,
  trainLoss: 1,
  trainAccuracy: 0.5,
  validationLoss: 1,
  validationAccuracy: 0.5,
  testLoss: 1,
  testAccuracy: 0.5,
  validationTopFive: 0.9,
  testTopFive: 0.9,
  trainingSeconds: 1,
  evaluationSeconds: 1,
  measurementSeconds: 1,
  waitingSeconds: 0,
};

/** Of a run that is recorded without being trained. */
export const SPECIFICATION = completeSpecification({
  dataset: { name: 'mnist' },
  model: { name: 'synthetic' },
  batchSize: 1,
  epochs: 1,
  optimizer: { name: 'sgd' },
  learningRate: { name: 'constant' },
  pruning: null,
  retraining: { name: 'none' },
  thresholds: [...DEFAULT_THRESHOLDS],
  referenceEpoch: 1,
});

/** A made-up run, as a workspace adds it; it prunes where it names epochs to prune at. @param last its last epoch */
export function syntheticRun(
  id: string,
  last: number,
  pruningEpochs: number[],
  others: Partial<Pick<NewRun, 'arm' | 'control' | 'specification'>> = {},
): NewRun {
  return {
    id,
    hash: id.slice(0, 12),
    seed: 0,
    specification: SPECIFICATION,
    control: null,
    previousMask: null,
    trunk: null,
    checkpointEvery: null,
    priority: 0,
    epochsTotal: last,
    stepsPerEpoch: 1,
    pruningEpochs,
    prunes: pruningEpochs.length > 0,
    study: 'bench',
    arm: 'bench',
    named: true,
    ...others,
  };
}

/** The record of an epoch of a made-up run. @param layers as they are then, with buffers that may be given away */
export function syntheticEpoch(
  epoch: number,
  phase: EpochRecord['phase'],
  layers: LayerRecord[],
): EpochRecord {
  return {
    epoch,
    phase,
    metrics: METRICS,
    // Its buffers are handed over: the next epoch has its own.
    layers: layers.map((layer) => ({
      ...layer,
      magnitudes: { ...layer.magnitudes, counts: layer.magnitudes.counts.slice() },
    })),
    compactedParameters: 1,
    freedMedian: 1,
    heldMedian: 1,
    measured: MEASURED,
    classes: { examples: new Int32Array(10).fill(1000), correct: new Int32Array(10).fill(epoch) },
    predictions: [],
  };
}

/** A pruned run's epoch: masks and channels as the layers have them, pruned and changed before. */
export function prunedEpoch(
  layers: readonly SyntheticLayer[],
  epoch: number,
  { pruned, changing }: { pruned: number; changing: number },
  random: () => number,
): EpochRecord {
  if (epoch === 1 && pruned > 0) for (const layer of layers) prune(layer, pruned, random);
  if (epoch > 1 && pruned > 0) for (const layer of layers) change(layer, changing, random);
  for (const { record } of layers) record.channels.fill(epoch);
  return syntheticEpoch(
    epoch,
    epoch === 0 ? 'initial' : 'retraining',
    layers.map(({ record }) => ({
      ...record,
      channels: record.channels.slice(),
      planes: record.planes.slice(),
    })),
  );
}
