import type { DocumentKind, StoredDocument } from '../../common/contract/document-schemas.ts';
import type { WeightHistory, WeightHistoryAsked, WeightPlace } from '../../common/contract/weight-schemas.ts';
import type {
  ChannelsAsked,
  CurvesAsked,
  EpochSummary,
  EpochWindow,
  EventPage,
  ExcessEpoch,
  KeptStudy,
  LoggedEvent,
  Overlap,
  OverlapAsked,
  RunDetail,
  RunFilter,
  RunMarks,
  RunState,
  RunSummary,
} from '../../common/contract/schemas.ts';
import type { ImportResult } from '../../common/contract/exchange-schemas.ts';
import type { TracksAsked } from '../../common/contract/track-schemas.ts';
import type { ControlKind } from '../../common/controls.ts';
import type { EpochSpan } from '../../common/epoch-spans.ts';
import type { CheckpointImage, EpochRecord, Moment, RunEnvironment, RunEvent } from '../../common/records.ts';
import type { NamedOptions, RunSpecification } from '../../common/run-specification.ts';
import type { SharedProgress } from './exchange/shared-progress.ts';
import type { TakenRun } from './exchange/taken-run.ts';
import type { Standing } from './standing.ts';

/** What the main thread may ask of the writer and of the reader: names, arguments and answers. */

export interface NewStudy {
  name: string;
  title: string;
  fileName: string;
  text: string;
}

export interface NewRun {
  id: string;
  hash: string;
  seed: number;
  specification: RunSpecification;
  /** Id of the dense control, which must be there already. */
  control: string | null;
  /** Id of the control that keeps the previous mask, likewise; null where none is asked for. */
  previousMask: string | null;
  /**
   * The run that trains its first epochs, which must be there already, the last of them, and the one whose weights it
   * rewinds to later, if any.
   */
  trunk: { id: string; epoch: number; rewindEpoch: number | null } | null;
  /** Epochs between checkpoints; null leaves it to the size of the network. */
  checkpointEvery: number | null;
  /** Runs of higher priority are trained first. */
  priority: number;
  epochsTotal: number;
  /** Optimizer steps of a whole epoch, and the epochs at whose end, or in whose course, weights are pruned. */
  stepsPerEpoch: number;
  pruningEpochs: readonly number[];
  prunes: boolean;
  /** The membership: which arm of which study asks for it. */
  study: string;
  arm: string;
  /** Whether the study names that arm; a run that was added as a control or a trunk has a name made for it. */
  named: boolean;
}

/** Which checkpoints stay once a newer one is stored: the newest so many, and those after the given epochs. */
export interface KeepCheckpoints {
  newest: number;
  epochs?: readonly number[];
}

/** When a run has to save its weights, beside where it does anyway. */
export interface CheckpointWishes {
  /** Epochs between checkpoints; null leaves it to the size of the network. */
  every: number | null;
  /** Epochs at which other runs leave it, or whose weights they rewind to. */
  epochs: number[];
}

/** A run that a study names by its id, or by the beginning of it. */
export interface NamedRun {
  id: string;
  specification: RunSpecification;
  state: RunState;
  /** Last epoch that is stored; null for none. */
  last: number | null;
}

/** A figure as it was saved. */
export interface StoredFigure {
  name: string;
  /** JSON of a `FigureSpecification`, as the version that saved it wrote it. */
  specification: string;
  createdAt: number;
  changedAt: number;
  /** Hash of the numbers in the files that were written last, and when; null where none were. */
  writtenHash: string | null;
  writtenAt: number | null;
}

/** How far a run has come. */
export interface RunProgress {
  id: string;
  state: RunState;
  epochsDone: number;
}

/** How a run stands. */
export interface RunStanding {
  id: string;
  state: RunState;
  reason: string | null;
}

/** What a run was trained on. */
export interface TrainedRun {
  id: string;
  /** Arms that asked for it, in any study. */
  arms: string[];
  dataset: NamedOptions;
  /** The content that its specification asks for; null where it asks for none: see RunSpecification. */
  dataHash: string | null;
  /** Of the content that it was trained on. */
  datasetHash: string;
  /** Of the files: see RunEnvironment. */
  dataStamp: string | null;
}

/** How fast a run trained, and how much its epochs take on the disk. */
export interface MeasuredSpeed extends Pick<RunSpecification, 'dataset' | 'model' | 'batchSize'> {
  /** Of its network: prunable weights, and multiply-accumulates of their kernels for one image. */
  weights: number;
  macs: number;
  /** Median seconds of an epoch with all its steps, evaluation and measuring included. */
  secondsPerEpoch: number;
  /** Optimizer steps of such an epoch. */
  steps: number;
  /** Mean bytes of an epoch's record, without weights. */
  bytesPerEpoch: number;
}

/** 'stored': new. 'known': it was there already, to the bit. 'replaced': it differed, so that epoch and all later ones gave way. */
export type RecordOutcome = 'stored' | 'known' | 'replaced';

/** A weight after an epoch, with all that the optimizer makes its next step of. */
export interface WeightState {
  epoch: number;
  value: number;
  /** The optimizer's state of it, by slot. */
  slots: Record<string, number>;
  /** Optimizer steps done over the whole run. */
  step: number;
}

/** A weight that the loss does not move, with the steps of a whole epoch; or why it is none or cannot be read. */
export type FreeWeight =
  | { none: null; state: WeightState; stepsPerEpoch: number | null }
  | { none: 'pruned' | 'held' | 'unmeasured' | 'no-checkpoint' };

export interface StoredCheckpoint {
  epoch: number;
  /** The safetensors image. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** What the writer found when it opened a workspace. */
export interface Opening {
  /** What a person should know, a sentence each. */
  notices: readonly string[];
  /** Whether the database is still to be read whole, because it was not closed in order. */
  unchecked: boolean;
}

export interface WriterCalls {
  open(folder: string, application: string): Opening;
  publishAddress(address: string): void;
  addStudy(study: NewStudy): void;
  keepStudy(study: KeptStudy): { newer: KeptStudy | null };
  dropStudy(name: string): void;
  saveDocument(kind: DocumentKind, document: StoredDocument, instead?: string): void;
  removeDocument(kind: DocumentKind, name: string): void;
  addRun(run: NewRun): { created: boolean };
  setState(id: string, state: RunState, reason: string | null): void;
  setPriority(id: string, priority: number): void;
  setEnvironment(id: string, environment: RunEnvironment): void;
  recordEpoch(
    id: string,
    record: EpochRecord,
    checkpoint: CheckpointImage | null,
    events: readonly RunEvent[],
    keep: KeepCheckpoints | null,
  ): RecordOutcome;
  mendEpoch(id: string, record: EpochRecord, checkpoint: CheckpointImage | null): void;
  adoptEpochs(id: string, trunk: string, last: number): { adopted: number };
  addEvent(id: string, event: RunEvent): void;
  removeRun(id: string): void;
  mark(ids: readonly string[], marks: RunMarks): void;
  saveFigure(name: string, specification: string): void;
  removeFigure(name: string): void;
  noteFigureWritten(name: string, hash: string): void;
  /** Takes runs of a database of this schema, with checkpoints that lie ready: all of them, or nothing. */
  takeRuns(path: string, runs: readonly TakenRun[], shared: SharedProgress): Omit<ImportResult, 'notices'>;
  /** The database was read whole, and nothing is wrong with it. */
  noteChecked(): void;
  /** From now on every write is refused with WORKSPACE_CORRUPT. Answers with the sentence that tells of it. */
  refuseWrites(damage: string): string;
  close(): void;
}

export interface CheckerCalls {
  /** What is wrong with the database, or null. */
  damage(folder: string): string | null;
}

export interface ReaderCalls {
  open(folder: string): void;
  listRuns(filter?: RunFilter, standings?: readonly Standing[]): RunSummary[];
  runList(filter?: RunFilter, standings?: readonly Standing[]): Uint8Array<ArrayBuffer>;
  specificationFrame(hashes?: readonly string[]): Uint8Array<ArrayBuffer>;
  runStates(states: readonly RunState[], standings: readonly Standing[]): RunStanding[];
  summary(id: string): RunSummary;
  getRun(id: string): RunDetail;
  environment(id: string): Record<string, unknown> | null;
  events(id: string, before?: number): EventPage;
  eventsOfEpochs(id: string, from: number, to: number): LoggedEvent[];
  missingCheckpoints(id: string): EpochSpan[];
  epoch(id: string, epoch: number): EpochSummary;
  epochs(id: string): EpochSummary[];
  excess(id: string, against?: ControlKind): ExcessEpoch[];
  epochFrame(id: string, window: EpochWindow): Uint8Array<ArrayBuffer>;
  excessFrame(id: string, against: ControlKind, window: EpochWindow): Uint8Array<ArrayBuffer>;
  classFrame(id: string, window: Pick<EpochWindow, 'from' | 'to'>): Uint8Array<ArrayBuffer>;
  predictionFrame(id: string, epoch: number, moment: Moment): Uint8Array<ArrayBuffer>;
  curveFrame(asked: CurvesAsked): Uint8Array<ArrayBuffer>;
  channelFrame(id: string, asked: ChannelsAsked): Uint8Array<ArrayBuffer>;
  overlap(asked: OverlapAsked): Overlap;
  blockedFrame(id: string, from: number, to: number): Uint8Array<ArrayBuffer>;
  trackFrame(id: string, asked: TracksAsked): Uint8Array<ArrayBuffer>;
  planeFrame(id: string, epoch: number, layer: string, planes?: readonly string[]): Uint8Array<ArrayBuffer>;
  magnitudeFrame(id: string, from: number, to: number): Uint8Array<ArrayBuffer>;
  reckonedMagnitudeFrame(id: string, epoch: number): Uint8Array<ArrayBuffer>;
  weightHistory(id: string, asked: WeightHistoryAsked): WeightHistory;
  freeWeight(id: string, epoch: number, place: WeightPlace): FreeWeight;
  masks(id: string, epoch: number, threshold: string): Uint8Array<ArrayBuffer>;
  prunedMasks(id: string, epoch: number): Uint8Array<ArrayBuffer>;
  runsNamed(names: readonly string[]): NamedRun[];
  trainedRuns(ids: readonly string[], studies: readonly string[]): TrainedRun[];
  runProgress(ids: readonly string[], standings: readonly Standing[]): RunProgress[];
  trainedData(studies: readonly string[], dataset: NamedOptions, except: string): string | null;
  pinnedData(study: string): string[];
  checkpoint(id: string, epoch: number | 'last'): StoredCheckpoint;
  lastCheckpoint(id: string, before?: number): StoredCheckpoint | null;
  checkpointEpochs(id: string): number[];
  comparedWith(id: string, epoch: number): string[];
  ownCheckpointEpochs(id: string): number[];
  isIntact(id: string, epoch: number): boolean;
  checkpointWishes(id: string): CheckpointWishes;
  speeds(): MeasuredSpeed[];
  keptStudies(): KeptStudy[];
  studyTexts(name: string): { title: string; fileName: string; text: string }[];
  documents(kind: DocumentKind): StoredDocument[];
  figures(): StoredFigure[];
  close(): void;
}
