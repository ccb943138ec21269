import type {
  WeightForecast,
  WeightForecastAsked,
  WeightHistory,
  WeightHistoryAsked,
} from '../../common/contract/weight-schemas.ts';
import type { WeightFormat } from '../../common/codec/weight-formats.ts';
import type { DocumentKind, StoredDocument } from '../../common/contract/document-schemas.ts';
import type {
  DrawnFigure,
  FigureCheck,
  FigureFormat,
  SavedFigure,
} from '../../common/contract/figure-schemas.ts';
import type { FigureSpecification } from '../../common/figures/specification.ts';
import type {
  ChannelsAsked,
  CurvesAsked,
  EpochSummary,
  EpochWindow,
  EventPage,
  ExcessEpoch,
  Overlap,
  OverlapAsked,
  KeptStudy,
  ResumedRuns,
  RunDetail,
  RunFilter,
  RunMarks,
  RunSummary,
  SqlAsked,
  StudyCheck,
  WorkstationEvent,
  WorkstationStatus,
} from '../../common/contract/schemas.ts';
import type {
  Differing,
  OpenAsked,
  OpenStep,
  PackAsked,
  PackStep,
  TakeStep,
} from '../../common/contract/exchange-schemas.ts';
import type { TracksAsked } from '../../common/contract/track-schemas.ts';
import type { ControlKind } from '../../common/controls.ts';
import type { EpochSpan } from '../../common/epoch-spans.ts';
import type { Moment } from '../../common/records.ts';
import type { Spread } from '../../common/statistics/spread.ts';
import type { SqlSchema } from '../../common/sql/schema.ts';
import type { StartProcess } from '../threads/child-process.ts';

/**
 * What the contract's handlers need of the workstation, one method a call. Rejections are CascadeErrors with the
 * codes NOT_FOUND, INVALID_STUDY (with problems), CONFLICT or WORKSPACE; anything else is a defect.
 */
export interface WorkstationServices {
  status(): WorkstationStatus;
  setConcurrency(concurrency: number): void;
  /** Calls the listener for everything that happens from now on; answers with the function that ends it. */
  subscribe(listener: (event: WorkstationEvent) => void): () => void;

  bundledStudies(): Promise<{ name: string; title: string; description: string; text: string }[]>;
  checkStudy(text: string, fileName: string, options?: CheckOptions): Promise<StudyCheck>;
  /** Rejects with DATA_CHANGED where runs of the study were trained on other data, unless that is accepted. */
  startStudy(
    text: string,
    fileName: string,
    options?: Pick<CheckOptions, 'acceptChangedData'>,
  ): Promise<{ study: string; runs: string[]; warnings: string[] }>;
  studySchema(): Record<string, unknown>;
  /** See the contract. */
  keptStudies(): Promise<KeptStudy[]>;
  keepStudy(study: KeptStudy): Promise<{ newer: KeptStudy | null }>;
  dropStudy(name: string): Promise<void>;
  /** The result of a study as an HTML page. */
  studyPage(
    study: string,
    options: { threshold: string; spread: Spread },
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;

  /** See the contract. */
  documents(kind: DocumentKind): Promise<StoredDocument[]>;
  saveDocument(kind: DocumentKind, document: StoredDocument, instead?: string): Promise<void>;
  removeDocument(kind: DocumentKind, name: string): Promise<void>;

  listRuns(filter?: RunFilter): Promise<RunSummary[]>;
  /** The same as a frame, which passes through this process without being read: see `common/codec/run-frames.ts`. */
  runList(filter?: RunFilter): Promise<Uint8Array<ArrayBuffer>>;
  getRun(id: string): Promise<RunDetail>;
  studyOfRun(id: string): Promise<{ fileName: string; text: string }>;
  /** See the contract. */
  events(id: string, before?: number): Promise<EventPage>;
  missingCheckpoints(id: string): Promise<EpochSpan[]>;
  /** All of them, as objects, for what runs in this process and knows that there are few. */
  epochs(id: string): Promise<EpochSummary[]>;
  excess(id: string, against?: ControlKind): Promise<ExcessEpoch[]>;
  /** The same as frames of rows, in a window or at a level of detail: see `common/codec/rows.ts`. */
  epochFrame(id: string, window: EpochWindow): Promise<Uint8Array<ArrayBuffer>>;
  excessFrame(id: string, against: ControlKind, window: EpochWindow): Promise<Uint8Array<ArrayBuffer>>;
  classFrame(id: string, window: Pick<EpochWindow, 'from' | 'to'>): Promise<Uint8Array<ArrayBuffer>>;
  curves(asked: CurvesAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  overlap(asked: OverlapAsked, signal?: AbortSignal): Promise<Overlap>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Queues every run that was interrupted, or failed for want of data that are back, in the order in which they were asked for. */
  resumeAll(): Promise<ResumedRuns>;
  /** Answers with the runs that came along, because this one needs them. */
  setPriority(id: string, priority: number): Promise<string[]>;
  stop(id: string): Promise<void>;
  /** Tags, notes, stars and the bin. */
  mark(ids: readonly string[], marks: RunMarks): Promise<void>;
  remove(id: string): Promise<void>;
  /** A frame, see `common/codec/specifications.ts`; of all runs unless hashes are named. */
  specifications(hashes?: readonly string[]): Promise<Uint8Array<ArrayBuffer>>;

  readonly figures: FigureServices;
  readonly runFiles: RunFileServices;

  /** Binary answers: see `common/codec/frames.ts`, and the contract for NPZ and safetensors. */
  channels(id: string, asked: ChannelsAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  blocked(id: string, from: number, to: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  tracks(id: string, asked: TracksAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  planes(
    id: string,
    epoch: number,
    layer: string,
    planes?: readonly string[],
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  magnitudes(id: string, from: number, to: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  reckonedMagnitudes(id: string, epoch: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** See the contract. */
  weightHistory(id: string, asked: WeightHistoryAsked, signal?: AbortSignal): Promise<WeightHistory>;
  weightForecast(id: string, asked: WeightForecastAsked, signal?: AbortSignal): Promise<WeightForecast>;
  predictions(id: string, epoch: number, moment: Moment): Promise<Uint8Array<ArrayBuffer>>;
  testImages(id: string, images: readonly number[], signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  masks(id: string, epoch: number, threshold: string): Promise<Uint8Array<ArrayBuffer>>;
  weights(id: string, epoch: number, format?: WeightFormat): Promise<Uint8Array<ArrayBuffer>>;

  /** A result frame; rejects with the place of what is wrong, as problems. Ended once the signal aborts. */
  sql(asked: SqlAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  sqlSchema(): SqlSchema;

  /** Ends everything in order: trainers at their next step, the writer after its last commit, the lock. */
  close(): Promise<void>;
}

/** Whole runs as files: see the contract. */
export interface RunFileServices {
  pack(asked: PackAsked, signal?: AbortSignal): AsyncGenerator<PackStep>;
  part(token: string, from: number): Promise<Uint8Array<ArrayBuffer>>;
  receive(name: string, bytes: number): Promise<{ token: string }>;
  append(token: string, from: number, base64: string): Promise<void>;
  open(asked: OpenAsked, signal?: AbortSignal): AsyncGenerator<OpenStep>;
  take(token: string, differing: Differing, signal?: AbortSignal): AsyncGenerator<TakeStep>;
  drop(token: string): Promise<void>;
}

/** Figures of the workspace: see the contract. */
export interface FigureServices {
  list(): Promise<SavedFigure[]>;
  save(figure: FigureSpecification): Promise<SavedFigure>;
  remove(name: string): Promise<void>;
  draw(figure: FigureSpecification, signal?: AbortSignal): Promise<DrawnFigure>;
  check(name: string): Promise<FigureCheck>;
  /** @param figure saved, by its name, or any */
  file(
    figure: string | FigureSpecification,
    format: FigureFormat,
    dpi: number,
  ): Promise<Uint8Array<ArrayBuffer>>;
  noteWritten(name: string, hash: string): Promise<void>;
}

export interface CheckOptions {
  /** Whether runs of data that were replaced stay as they are, and runs of what is there now stand beside them. */
  acceptChangedData?: boolean;
  /** Aborted when whoever asked does not wait any more. */
  signal?: AbortSignal | undefined;
}

/** How a way in opens the workstation; implemented by `main/workstation.ts`. */
export interface WorkstationOptions {
  folder: string;
  way: WorkstationStatus['way'];
  /** Runs that train at once; unless told one, or one for each GPU. */
  concurrency?: number;
  /** Intra-op threads of a trainer; all cores shared among the concurrent runs unless told. */
  threads?: number;
  /** How a process is started; with Node unless told. */
  startProcess?: StartProcess;
}
export type OpenWorkstation = (options: WorkstationOptions) => Promise<WorkstationServices>;
