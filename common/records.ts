import type { MagnitudeCounts } from './cascade/magnitudes.ts';
import type { NetworkDescription } from './network.ts';

/**
 * An epoch record is the unit of durability: what the trainer measured after one epoch, sent to the writer
 * thread with its buffers transferred, and acknowledged once it is on disk.
 */

/** Epoch 0 is the initial state. Epoch e is the state after e epochs, after any pruning made at its end. */
export type Phase = 'initial' | 'training' | 'retraining';

export interface EpochMetrics {
  /** Rate of the epoch's first step, mean over its steps, and rate of its last; 0 for epoch 0. */
  learningRate: number;
  learningRateMean: number;
  learningRateLast: number;
  /** Optimizer steps of the epoch. */
  steps: number;
  /** Mean cross-entropy over the epoch's batches, and share of correct answers; null at epoch 0. */
  trainLoss: number | null;
  trainAccuracy: number | null;
  validationLoss: number | null;
  validationAccuracy: number | null;
  testLoss: number;
  testAccuracy: number;
  /** Share of images whose right class has one of the five highest logits; null for fewer than six classes. */
  validationTopFive: number | null;
  testTopFive: number | null;
  /** Wall seconds spent training, evaluating, and measuring and logging states. */
  trainingSeconds: number;
  evaluationSeconds: number;
  measurementSeconds: number;
  /** Of the training seconds, those in which the step waited for images; 0 where all are in memory. */
  waitingSeconds: number;
}

/**
 * Fields of the per-channel table before the per-threshold ones. `blocked`: 1 when the channel is constant zero as the
 * kernel leaves it, or reaches no logit.
 */
export const CHANNEL_FIELDS = ['pruned', 'inert', 'norm', 'gamma', 'beta', 'blocked'] as const;
export type ChannelField = (typeof CHANNEL_FIELDS)[number];

/**
 * Fields that came later: the last rows of a table, so that tables of earlier versions, which lack them, are the first rows
 * of one. NaN where they were not measured. `residual`: how far the channel's weights moved otherwise over the epoch than
 * the optimizer alone would have moved them (see `common/cascade/freed.ts`); `freeDecay`: ‖free(w)‖ ÷ ‖w‖, what the
 * optimizer alone would have left of their norm; `decay`: ‖w′‖ ÷ ‖w‖, what training left. All three are of the same weights:
 * all that the channel keeps, or a sample of them where following all would take too long.
 */
export const LATER_CHANNEL_FIELDS = ['residual', 'freeDecay', 'decay'] as const;
export type LaterChannelField = (typeof LATER_CHANNEL_FIELDS)[number];

/** Fields of how a channel moved. */
export const MOTION_FIELDS = [
  'residual',
  'freeDecay',
  'decay',
] as const satisfies readonly LaterChannelField[];

/** A channel table of one layer, [rows × channels], from a ladder of `thresholds` thresholds. */
export interface ChannelTable {
  values: Float32Array;
  channels: number;
  thresholds: number;
}

/** Rows of a channel table for a ladder of T thresholds: the fields, shed × T, (shed and inert) × T, the later fields. */
export function channelRows(thresholds: number): number {
  return CHANNEL_FIELDS.length + 2 * thresholds + LATER_CHANNEL_FIELDS.length;
}
export function laterRow(field: LaterChannelField, thresholds: number): number {
  return CHANNEL_FIELDS.length + 2 * thresholds + LATER_CHANNEL_FIELDS.indexOf(field);
}
export function shedRow(threshold: number): number {
  return CHANNEL_FIELDS.length + threshold;
}
export function shedAndInertRow(threshold: number, thresholds: number): number {
  return CHANNEL_FIELDS.length + thresholds + threshold;
}

/** Rows of a channel table for a ladder of T thresholds that make up one for a ladder of some of them, given by their positions. */
export function rowsAt(chosen: readonly number[], thresholds: number): number[] {
  return [
    ...CHANNEL_FIELDS.keys(),
    ...chosen.map(shedRow),
    ...chosen.map((threshold) => shedAndInertRow(threshold, thresholds)),
    ...LATER_CHANNEL_FIELDS.map((field) => laterRow(field, thresholds)),
  ];
}

/** Bit planes of a layer: pruned, inert, then shed at each threshold. */
export const PRUNED_PLANE = 0;
export const INERT_PLANE = 1;
export function shedPlane(threshold: number): number {
  return 2 + threshold;
}
export function planeCount(thresholds: number): number {
  return 2 + thresholds;
}
/** What planes are called, in their order: 'pruned', 'inert', and 'shed ' with the label of each threshold. */
export function planeNames(thresholds: readonly string[]): string[] {
  return ['pruned', 'inert', ...thresholds.map((label) => `shed ${label}`)];
}
/** Bytes of one plane: one bit a weight, least significant bit first, in the kernel's flattening. */
export function planeBytes(weights: number): number {
  return Math.ceil(weights / 8);
}

/** The states of a layer's weights. */
export interface LayerStates {
  name: string;
  weights: number;
  /** Counts of weights. `inert` and `shed` count kept weights only; they may overlap. */
  pruned: number;
  inert: number;
  /** Per threshold of the ladder. */
  shed: number[];
  /** Per threshold: weights that are both shed and inert. */
  shedAndInert: number[];
  /** Kept weights that are exactly zero. */
  zero: number;
  /** L2 norm of the kernel. */
  norm: number;
  /** Channels that were freed over the epoch, and their kept weights: see `common/cascade/freed.ts`. Null where that was not measured. */
  freedChannels: number | null;
  freed: number | null;
  /** Kept weights by |w|. */
  magnitudes: MagnitudeCounts;
  /** [channelRows(T) × output channels], row after row. Counts are exact in float32 below 2²⁴. γ and β are NaN where there are none. */
  channels: Float32Array;
  /** [planeCount(T) × planeBytes(weights)], plane after plane. */
  planes: Uint8Array;
}

/** Numbers by the ids of the measures that bring how they are reckoned (`common/measures/reckoning.ts`). */
export type Measured = Readonly<Record<string, number | null>>;

export interface LayerRecord extends LayerStates {
  /** Weights left of the kernel after physical compaction: see `effectiveMacs`. */
  compacted: number;
  /** L2 norm of the loss's gradient by the kernel: see `GradientNorms`. */
  gradientNorm: number;
  /** Kept weights that no training or test image gives a gradient: see `DeadOnData`. Null where it was not counted. */
  deadOnData: number | null;
  measured: Measured;
}

/** Answers on the test split by class, [classes] each. */
export interface ClassCounts {
  /** Images of the class, and how many of them were answered right. */
  examples: Int32Array;
  correct: Int32Array;
}

/** When predictions were taken: before the pruning at an epoch's end, or in the epoch's recorded state. */
export const MOMENTS = ['before-pruning', 'epoch'] as const;
export type Moment = (typeof MOMENTS)[number];

/** What the network answered for every image of a split, in the split's order, [examples] each. */
export interface Predictions {
  /** The right class, and that of the highest logit, the first where several are equal. */
  labels: Uint16Array;
  predicted: Uint16Array;
  /** Logit of the right class minus the highest of the others: positive where the answer is right. */
  margins: Float32Array;
}

export interface PredictionsRecord extends Predictions {
  moment: Moment;
}

export interface EpochRecord {
  epoch: number;
  phase: Phase;
  metrics: EpochMetrics;
  layers: LayerRecord[];
  /** Trainable parameters of the whole network after physical compaction. */
  compactedParameters: number;
  /** Of the kept weights, the median size in freed channels and in all others; null where there are none. */
  freedMedian: number | null;
  heldMedian: number | null;
  /** Of the whole network. */
  measured: Measured;
  classes: ClassCounts;
  /** At marked epochs, of the test split: both moments of an epoch that ends in a pruning, and the end of the run. */
  predictions: PredictionsRecord[];
}

/** A checkpoint as one safetensors image, complete enough to go on from: weights, masks, optimizer, BN statistics, position. */
export interface CheckpointImage {
  epoch: number;
  bytes: Uint8Array;
}

/** Kinds of event in a run's log. */
export const EVENT_KINDS = [
  'queued',
  'started',
  'resumed',
  'branched',
  'paused',
  'stopped',
  'interrupted',
  'pruned',
  'layer-collapsed',
  'rewound',
  'reinitialised',
  'rate-changed',
  'finished',
  'failed',
  'diverged-on-replay',
  'checkpoints-set-aside',
  'checkpoints-found',
  'checkpoints-missing',
  'checkpoints-mended',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface RunEvent {
  kind: EventKind;
  /** Epoch after which it happened, null when it has none. */
  epoch: number | null;
  /** One sentence for a person. */
  message: string;
  /** Numbers behind the sentence. */
  data: Record<string, unknown>;
}

/** Events of a training that are told of the epoch after which they happened: the next one's record brought them. */
export const EVENTS_BEFORE_EPOCH: readonly EventKind[] = ['rate-changed', 'rewound', 'reinitialised'];
/** Events of a training that are told of the epoch that they are of. */
export const EVENTS_OF_EPOCH: readonly EventKind[] = ['pruned', 'layer-collapsed'];

/**
 * How a run's steps are executed: compiled by XLA, or by TensorFlow's executor with only the optimizer's update compiled;
 * null is the executor alone. Their numbers differ in the last bits.
 */
export type Compilation = 'xla' | 'xla-update';

/** What made the run: versions and machine facts that decide its bits. */
export interface RunEnvironment {
  application: string;
  engine: string;
  device: string;
  threads: number;
  /** How training steps were run; it decides last bits. */
  compile: Compilation | null;
  /** Milliseconds of a step each way (of an update, where only that came into question), where both were tried when the run began. */
  compileMilliseconds: { executor: number; xla: number } | null;
  node: string;
  platform: string;
  datasetHash: string;
  /** Names, sizes and times of its files as they were read (see `main/trainer/data/content.ts`); null where there are none, missing in what earlier versions stored. */
  dataStamp?: string | null;
  /** Of the data set, where its files tell. */
  classNames: string[] | null;
  network: NetworkDescription;
}
