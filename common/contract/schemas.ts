import * as z from 'zod';
import type { NetworkDescription } from '../network.ts';
import type { Threshold } from '../thresholds.ts';
import type { RunSpecification } from '../run-specification.ts';
import { EVENT_KINDS, MOMENTS } from '../records.ts';
import { CURVE_AXES } from '../curve-axes.ts';
import { documentKind } from './document-schemas.ts';
import { measureKey } from './measure-key.ts';

export const runId = z.string().regex(/^[0-9a-f]{12}-s\d+$/);

/** The shapes that cross between the windows and the main process. */

/** 'interrupted': its process ended under it; 'stopped': a person ended it. Both can be resumed. */
export const RUN_STATES = [
  'queued',
  'running',
  'paused',
  'finished',
  'failed',
  'interrupted',
  'stopped',
] as const;
export const runState = z.enum(RUN_STATES);
export type RunState = z.infer<typeof runState>;

/** Where a run stands within its current epoch. */
export const progress = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  steps: z.number().int(),
  /** Estimated seconds to the end of the run; null before the first speed is known. */
  secondsLeft: z.number().nullable(),
  /** Running mean of the training loss in this epoch. */
  trainLoss: z.number().nullable(),
});
export type Progress = z.infer<typeof progress>;

/** Shares by threshold label, such as '1e-4'. */
const sharesByThreshold = z.record(z.string(), z.number());

/** The state of the weights after an epoch. `pruned` is a share of all prunable weights; `shed` and `inertAtLeast` (proved, and so a lower bound) of the kept ones. */
export const stateShares = z.object({
  pruned: z.number(),
  shed: sharesByThreshold,
  inertAtLeast: z.number(),
  /** Share of all prunable weights that are pruned or exactly zero: the true parameter sparsity. */
  zero: z.number(),
});
export type StateShares = z.infer<typeof stateShares>;

const maskSource = z.object({ id: z.string(), epoch: z.number().int() });

export const runSummary = z.object({
  id: z.string(),
  hash: z.string(),
  seed: z.number().int(),
  /**
   * Studies and arms that asked for this run; a control twin that none named has the arm 'control of …'. The place is that of
   * the arm among those of its study, in the order in which they came, and never another arm's; null for an arm that was added.
   */
  memberships: z.array(z.object({ study: z.string(), arm: z.string(), place: z.number().int().nullable() })),
  state: runState,
  /** Why it failed, was stopped or interrupted, or what it waits for. */
  reason: z.string().nullable(),
  /** Id of the dense control; null for a run that prunes nothing, or one that asked for no such control. */
  control: z.string().nullable(),
  /** The control that keeps the mask before the last pruning; null for a run that asked for none, or prunes once. */
  previousMask: z
    .object({
      control: z.string(),
      /** As `excess` and `excessEpoch`, over this control. */
      excess: sharesByThreshold.nullable(),
      excessEpoch: z.number().int().nullable(),
    })
    .nullable(),
  /** The run that trained its first epochs, up to and with `epoch`; null for one that trained them itself. */
  trunk: z.object({ id: z.string(), epoch: z.number().int() }).nullable(),
  /** The run that it takes its masks from, and the epoch after which; null for one that chooses its own. */
  masks: maskSource.nullable(),
  /** Runs of higher priority are trained first; 0 unless a study or a person says otherwise. */
  priority: z.number().int(),
  prunes: z.boolean(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  epochsDone: z.number().int(),
  epochsTotal: z.number().int(),
  progress: progress.nullable(),
  testAccuracy: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  states: stateShares.nullable(),
  /** Cascade excess over the dense control after `excessEpoch`, by threshold; null where there is none yet. */
  excess: sharesByThreshold.nullable(),
  /** The last epoch measured in both: that of the other numbers only where it is `epochsDone`. */
  excessEpoch: z.number().int().nullable(),
  model: z.string(),
  optimizer: z.string(),
  criterion: z.string().nullable(),
  /** SHA-256 of the data that it was trained on, or has to be; null for one that has not begun. */
  data: z.string().nullable(),
  /** Whether that hash is part of what the run is: it stands beside runs of other content of the same files. */
  dataPinned: z.boolean(),
  /** Words that a person gave the run, in order; what they wrote about it; whether they marked it. */
  tags: z.array(z.string()),
  note: z.string().nullable(),
  starred: z.boolean(),
  /** When it was put into the bin; null for one that is not there. */
  binnedAt: z.number().nullable(),
});
export type RunSummary = z.infer<typeof runSummary>;

const tag = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\n\r\t]*$/);
/** What a person notes of runs; what is left out stays as it is. */
export const runMarks = z.object({
  addTags: z.array(tag).max(100).optional(),
  removeTags: z.array(z.string().max(100)).max(100).optional(),
  /** Empty for none. */
  note: z.string().max(10_000).optional(),
  starred: z.boolean().optional(),
  /** Whether they are in the bin: nothing of them is lost there, and they can come back. */
  binned: z.boolean().optional(),
});
export type RunMarks = z.infer<typeof runMarks>;

/** Which runs are asked for; all of them where nothing is said. */
export const runFilter = z.object({
  /** Words that all stand in the names of a study and an arm that ask for the run, or begin its id. */
  text: z.string().max(1_000).optional(),
  study: z.string().max(1_000).optional(),
  states: z.array(runState).optional(),
  /** Ids, or beginnings of ids. */
  ids: z.array(z.string().max(100)).optional(),
  /** So many of them at most, the newest. */
  limit: z.number().int().min(1).optional(),
});
export type RunFilter = z.infer<typeof runFilter>;

/**
 * What a network costs under one idea of what may be left out, for one image: see `common/cascade/macs.ts`. Multiply-
 * accumulates and weights are of the prunable kernels, parameters are all trainable ones.
 */
export const cost = z.object({
  macs: z.number(),
  weights: z.number(),
  parameters: z.number(),
  /** Compression: weights of the dense network ÷ those left. Null where none is left. */
  compression: z.number().nullable(),
  /** Theoretical speed-up: multiply-accumulates of the dense network ÷ those left. Null where none is left. */
  speedUp: z.number().nullable(),
});
export type Cost = z.infer<typeof cost>;

export const epochCosts = z.object({
  dense: cost,
  /** Without pruned weights: the usual meaning of compression and theoretical speed-up. */
  masked: cost,
  /** Without pruned weights and those shed, by threshold; not exact. */
  withoutShed: z.record(z.string(), cost),
  /** Without pruned and inert weights; exact. */
  withoutInert: cost,
  /** After physical compaction, the rest dense; exact. Null where an earlier version did not measure it. */
  compacted: cost.nullable(),
});
export type EpochCosts = z.infer<typeof epochCosts>;

/** Numbers by the ids of the measures that bring how they are reckoned; null where the epoch was recorded without. */
const measured = z.record(z.string(), z.number().nullable());

/** One layer's states after an epoch: shares as in `stateShares`, of this layer's weights. */
export const layerEpoch = z.object({
  name: z.string(),
  weights: z.number().int(),
  /** Of the dense kernel, for one image: each weight costs macs ÷ weights. Null before the run has begun. */
  macs: z.number().nullable(),
  /** Weights left of the kernel after physical compaction; null where an earlier version did not measure it. */
  compacted: z.number().nullable(),
  /** Euclidean norm of the mean loss's gradient by the kept weights; null likewise. */
  gradientNorm: z.number().nullable(),
  /** Share of the kept weights that no training or test image gives a gradient; null where it was not counted. */
  deadOnData: z.number().nullable(),
  measured,
  pruned: z.number(),
  shed: sharesByThreshold,
  inertAtLeast: z.number(),
  zero: z.number(),
  norm: z.number(),
  /** Output channels, and how many of them were freed over the epoch; null at epoch 0, and where an earlier version recorded. */
  channels: z.number().int(),
  freedChannels: z.number().int().nullable(),
  /** Share of the kept weights that is in freed channels; null likewise. */
  freed: z.number().nullable(),
});
export type LayerEpoch = z.infer<typeof layerEpoch>;

export const epochSummary = z.object({
  epoch: z.number().int(),
  phase: z.enum(['initial', 'training', 'retraining']),
  /** Of the epoch's first step. */
  learningRate: z.number(),
  /** Mean over the epoch's steps, and of its last one; null where an earlier version recorded. */
  learningRateMean: z.number().nullable(),
  learningRateLast: z.number().nullable(),
  steps: z.number().int(),
  trainLoss: z.number().nullable(),
  trainAccuracy: z.number().nullable(),
  validationLoss: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  testLoss: z.number(),
  testAccuracy: z.number(),
  /** Right class among the five highest logits; null for fewer than six classes, or where it was not measured. */
  validationTopFive: z.number().nullable(),
  testTopFive: z.number().nullable(),
  trainingSeconds: z.number(),
  evaluationSeconds: z.number(),
  measurementSeconds: z.number(),
  /** Of the training seconds, those in which the step waited for images; null where an earlier version recorded. */
  waitingSeconds: z.number().nullable(),
  pruned: z.number(),
  shed: sharesByThreshold,
  inertAtLeast: z.number(),
  zero: z.number(),
  /** Over all prunable kernels, as of one layer. */
  channels: z.number().int(),
  freedChannels: z.number().int().nullable(),
  freed: z.number().nullable(),
  /** Of the kept weights, the median size in freed channels and in all others: see `medianSizes`. Null where there are none. */
  freedMedian: z.number().nullable(),
  heldMedian: z.number().nullable(),
  /** Over all prunable kernels, of the weights and of the gradient. */
  norm: z.number(),
  gradientNorm: z.number().nullable(),
  /** As of a layer, over all of them. */
  deadOnData: z.number().nullable(),
  measured,
  /** Null before the run has begun. */
  costs: epochCosts.nullable(),
  layers: z.array(layerEpoch),
});
export type EpochSummary = z.infer<typeof epochSummary>;

export const runEvent = z.object({
  kind: z.enum(EVENT_KINDS),
  epoch: z.number().int().nullable(),
  time: z.number(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type LoggedEvent = z.infer<typeof runEvent>;

/**
 * A run and its control over the same weights, those that the run kept: the share that is shed in each, and the excess, which
 * is their difference, by threshold. A threshold that the control does not measure is left out.
 */
export const comparison = z.object({
  run: sharesByThreshold,
  control: sharesByThreshold,
  excess: sharesByThreshold,
});
export type Comparison = z.infer<typeof comparison>;

/** The comparison of one layer, over the `kept` weights of it that the run kept. */
export const layerComparison = comparison.extend({ name: z.string(), kept: z.number().int() });
export type LayerComparison = z.infer<typeof layerComparison>;

/** Which epochs are asked for, and in how much detail. */
export const epochWindow = z.object({
  from: z.number().int().min(0).optional(),
  to: z.number().int().min(0).optional(),
  /**
   * So many records at most: more epochs are told in spans, each by its lowest and highest numbers, without costs, norms and
   * layers but for the `layer`. Without it each epoch is told, whole, as many of them as one answer holds: see `next` of
   * `common/codec/frames.ts`.
   */
  most: z.number().int().min(2).max(10_000).optional(),
  layer: z.string().max(1_000).optional(),
});
export type EpochWindow = z.infer<typeof epochWindow>;

/** Which curves are asked for: of every run a point for each of its epochs, none left out. */
export const curvesAsked = z.object({
  /** The answer tells as many of the first of them as it has room for, and names the next. */
  runs: z.array(runId).max(10_000),
  /** Against what: see `common/curve-axes.ts`. */
  x: z.union([z.enum(CURVE_AXES), measureKey]).default('epoch'),
  measures: z.array(measureKey).min(1).max(32),
  /** The numbers of a layer instead of the network's; NaN in a run that has no layer of the name. */
  layer: z.string().max(1_000).optional(),
});
export type CurvesAsked = z.infer<typeof curvesAsked>;

/** A query by SQL over the views of the workspace. */
export const sqlAsked = z.object({
  sql: z.string().max(100_000),
  /** Rows that are told at most. */
  limit: z.number().int().min(1).max(100_000).default(1_000),
  /** Seconds after which it is ended. */
  seconds: z.number().min(0.1).max(3_600).default(30),
});
export type SqlAsked = z.infer<typeof sqlAsked>;

/** The excess after an epoch, of the network and of its layers. */
export const excessEpoch = comparison.extend({
  epoch: z.number().int(),
  layers: z.array(layerComparison),
});
export type ExcessEpoch = z.infer<typeof excessEpoch>;

/** Weights of a run after an epoch, as a set. */
export const weightSet = z.object({
  id: runId,
  epoch: z.number().int().min(0),
  /** All that the mask keeps; of those, the ones above the threshold ('alive'), or at and below it ('shed'). */
  what: z.enum(['kept', 'alive', 'shed']).default('kept'),
  /** Label of the threshold of 'alive' and 'shed'. */
  threshold: z.string().max(100).optional(),
});
export type WeightSet = z.infer<typeof weightSet>;

/** What sets of weights of one network have in common, in all its layers or in one. */
export const overlapAsked = z.object({
  sets: z.array(weightSet).min(1).max(64),
  layer: z.string().max(1_000).optional(),
});
export type OverlapAsked = z.infer<typeof overlapAsked>;

export const overlap = z.object({
  /** Weights that a set could hold. */
  weights: z.number().int(),
  /** [sets] */
  sizes: z.array(z.number().int()),
  /** [sets][sets] Weights in both. */
  both: z.array(z.array(z.number().int())),
  /** [sets][sets] Those that random sets would share: see `common/cascade/overlap.ts`. */
  expected: z.array(z.array(z.number())),
  /** Names of the layers that have weights to prune. */
  layers: z.array(z.string()),
});
export type Overlap = z.infer<typeof overlap>;

/** Bytes that begin at a multiple of eight within their buffer, so that numbers can be read in place. */
export const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);

/** Right answers on the test split by class after an epoch. Accuracy of a class: correct ÷ examples. */
export const classEpoch = z.object({
  epoch: z.number().int(),
  /** Images of each class. */
  examples: z.array(z.number().int()),
  correct: z.array(z.number().int()),
});
export type ClassEpoch = z.infer<typeof classEpoch>;

/** Which channel tables are asked for: those of the epochs [from, to] that are stored. */
export const channelsAsked = z.object({
  from: z.number().int().min(0),
  to: z.number().int().min(0),
  /**
   * A run over whose kept weights those of this one are counted: of epochs that both have, and `pruned` are all weights that
   * the other has pruned too.
   */
  keptBy: runId.optional(),
  /** The label of the one threshold that the tables tell; by default they tell the whole ladder. */
  threshold: z.string().max(1_000).optional(),
});
export type ChannelsAsked = z.infer<typeof channelsAsked>;

/** Channels, of all layers, whose output is constant zero or reaches no logit after an epoch. */
export interface BlockedChannels {
  epoch: number;
  channels: number;
}

/** A moment at which every test image's prediction was kept. */
export const moment = z.enum(MOMENTS);

/** Events of a run, in order. */
export const eventPage = z.object({
  events: z.array(runEvent),
  /** How many came before these. */
  eventsBefore: z.number().int(),
});
export type EventPage = z.infer<typeof eventPage>;

/** Rising epochs: see `common/epoch-spans.ts`. */
const epochSpans = z.array(
  z.object({ from: z.number().int(), to: z.number().int(), every: z.number().int() }),
);

export const missingCheckpoints = z.object({
  /** Epochs of the run's own checkpoints whose files are gone, or have another size. */
  missing: epochSpans,
});

export const runDetail = eventPage.extend({
  summary: runSummary,
  specification: z.custom<RunSpecification>((value) => typeof value === 'object' && value !== null),
  thresholds: z.custom<Threshold[]>((value) => Array.isArray(value)),
  /** Known once the run has started. */
  network: z.custom<NetworkDescription>((value) => typeof value === 'object' && value !== null).nullable(),
  environment: z.record(z.string(), z.unknown()).nullable(),
  /** Epochs that have a checkpoint. */
  checkpoints: epochSpans,
  /** Optimizer steps of a whole epoch, as planned; null where an earlier version planned. */
  stepsPerEpoch: z.number().int().nullable(),
  /** Epochs after which weights are pruned, as planned; where an earlier version planned, those after which they were. */
  pruningEpochs: z.array(z.number().int()),
  /** Where every test image's prediction is known: before and after each pruning at an epoch's end, and the end. */
  predictions: z.array(z.object({ epoch: z.number().int(), moment })),
});
export type RunDetail = z.infer<typeof runDetail>;

export const studyProblem = z.object({
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  /** The key, such as 'arms[1].pruning.criterion.name'. */
  key: z.string(),
  /** One sentence: what was found, what is allowed, the nearest valid name. */
  message: z.string(),
});
export type StudyProblem = z.infer<typeof studyProblem>;

/** What a study takes that is not there yet. */
export const studyEstimate = z.object({
  /** Runs that are not finished. */
  runs: z.number().int(),
  /** Seconds, one run after another; null where nothing was measured on this machine yet. */
  seconds: z.number().nullable(),
  /** Whether all of it was measured on the same network, data and batch; otherwise scaled by multiply-accumulates. */
  measured: z.boolean(),
  /** Bytes on the disk, about. */
  bytes: z.number(),
});
export type StudyEstimate = z.infer<typeof studyEstimate>;

export const studyPreview = z.object({
  name: z.string(),
  title: z.string(),
  /** What may well be meant otherwise in a study that can be run, a sentence each. */
  warnings: z.array(z.string()),
  /** Whether data were replaced that runs of the study were trained on: it starts only where that is accepted. */
  dataChanged: z.boolean(),
  runs: z.array(
    z.object({
      id: z.string(),
      /** Arms that ask for it; for a control or a trunk that none named, whose it is. */
      arms: z.array(z.string()),
      seed: z.number().int(),
      epochs: z.number().int(),
      control: z.string().nullable(),
      /** The control that keeps the mask before the last pruning. */
      previousMask: z.string().nullable(),
      /** The run that trains its first epochs, and the last of them. */
      trunk: z.object({ id: z.string(), epoch: z.number().int() }).nullable(),
      /** The run that it takes its masks from, and the epoch after which. */
      masks: maskSource.nullable(),
      /** State of the run where it is known already; null for a new one. */
      state: runState.nullable(),
      /** It was trained on other data than are there now. */
      otherData: z.boolean(),
    }),
  ),
  estimate: studyEstimate,
});

/** What 'resume all' has set going, and failed runs that it left as they are, since they would fail again. */
export const resumedRuns = z.object({
  runs: z.array(z.string()),
  failed: z.array(z.object({ id: z.string(), reason: z.string() })),
});
export type ResumedRuns = z.infer<typeof resumedRuns>;

export const studyCheck = z.object({ problems: z.array(studyProblem), preview: studyPreview.nullable() });
export type StudyCheck = z.infer<typeof studyCheck>;

export const workstationStatus = z.object({
  version: z.string(),
  workspace: z.string(),
  /** How this workstation was opened. */
  way: z.enum(['desktop', 'browser', 'command line']),
  engine: z.object({
    name: z.string(),
    version: z.string().nullable(),
    device: z.string().nullable(),
    library: z.string().nullable(),
    threads: z.number().int(),
    problem: z.string().nullable(),
  }),
  concurrency: z.number().int(),
  /** What is wrong with the workspace at large, such as a full disk. */
  problems: z.array(z.string()),
  /** What was found when the workspace was opened, such as checkpoints that were set aside. */
  notices: z.array(z.string()),
});
export type WorkstationStatus = z.infer<typeof workstationStatus>;

/** A study's text that a person wrote, kept in the workspace. */
export const keptStudy = z.object({
  /** Of the file, 'mine.yaml'. */
  name: z.string().min(1).max(200),
  text: z.string().max(1_000_000),
  /** The text that was changed: the bundled study's, or the file's as it was opened or saved. */
  base: z.string().max(1_000_000),
  /** Whether the base is bundled; else the text is nowhere else. */
  bundled: z.boolean(),
  /** When it was last changed, in milliseconds since 1970. */
  at: z.number(),
});
export type KeptStudy = z.infer<typeof keptStudy>;

/** What happens, as it happens. */
export const workstationEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), run: runSummary }),
  z.object({ type: z.literal('progress'), id: z.string(), progress }),
  z.object({ type: z.literal('epoch'), id: z.string(), epoch: epochSummary }),
  z.object({ type: z.literal('log'), id: z.string(), event: runEvent }),
  z.object({ type: z.literal('removed'), id: z.string() }),
  z.object({ type: z.literal('status'), status: workstationStatus }),
  /** Texts of studies were kept or dropped: whoever shows them asks for them again. */
  z.object({ type: z.literal('kept studies') }),
  /** Documents of the kind were saved or removed, likewise. */
  z.object({ type: z.literal('documents'), kind: documentKind }),
]);
export type WorkstationEvent = z.infer<typeof workstationEvent>;
