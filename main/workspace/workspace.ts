import { resolve } from 'node:path';
import type { DocumentKind, StoredDocument } from '../../common/contract/document-schemas.ts';
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
  SqlAsked,
} from '../../common/contract/schemas.ts';
import type { WeightHistory, WeightHistoryAsked, WeightPlace } from '../../common/contract/weight-schemas.ts';
import type { TracksAsked } from '../../common/contract/track-schemas.ts';
import type { ControlKind } from '../../common/controls.ts';
import type { EpochSpan } from '../../common/epoch-spans.ts';
import type { CheckpointImage, EpochRecord, Moment, RunEnvironment, RunEvent } from '../../common/records.ts';
import type { NamedOptions } from '../../common/run-specification.ts';
import type { StartProcess } from '../threads/child-process.ts';
import type { ThreadClient } from '../threads/client.ts';
import { Exchange } from './exchange/exchange-client.ts';
import { LaterCheck } from './later-check.ts';
import { layoutOf } from './layout.ts';
import type {
  CheckpointWishes,
  FreeWeight,
  KeepCheckpoints,
  MeasuredSpeed,
  NamedRun,
  NewRun,
  NewStudy,
  ReaderCalls,
  RecordOutcome,
  RunProgress,
  RunStanding,
  StoredCheckpoint,
  StoredFigure,
  TrainedRun,
  WriterCalls,
} from './messages.ts';
import { Queries } from './query/queries.ts';
import type { Standing } from './standing.ts';
import { startThread } from './workspace-thread.ts';

export { readOwner, type WorkspaceOwner } from './owner.ts';
export type { KeepCheckpoints, NewRun, NewStudy, RecordOutcome, StoredCheckpoint } from './messages.ts';

/**
 * An open workspace: a folder with `workspace.sqlite` and `checkpoints/<run>/epoch-<n>.safetensors`, written by one
 * thread and read by another. A write resolves once it is on disk, and is rejected with nothing changed.
 *
 * Rejections are CascadeErrors: NOT_FOUND, CONFLICT, BAD_RECORD, CHECKPOINT_CORRUPT, WORKSPACE_FULL (try again once
 * there is room), WORKSPACE_THREAD (a thread died: open the workspace again), WORKSPACE.
 */
export interface Workspace {
  readonly folder: string;
  /** What was found at opening that a person should know, such as files that were set aside: a sentence each. */
  readonly notices: readonly string[];
  /**
   * Calls the listener with a sentence where the database turns out to be damaged while it is open. Every write is refused
   * with WORKSPACE_CORRUPT from then on.
   */
  onDamage(listener: (sentence: string) => void): void;
  /** Tells a second process where this one answers: a Unix socket's path, or a Windows pipe's name. */
  publishAddress(address: string): Promise<void>;

  addStudy(study: NewStudy): Promise<void>;
  /** Keeps a text that a person wrote under its name, unless a newer one is kept there, which is answered. */
  keepStudy(study: KeptStudy): Promise<{ newer: KeptStudy | null }>;
  dropStudy(name: string): Promise<void>;
  /** Those changed last first. */
  keptStudies(): Promise<KeptStudy[]>;
  /** Texts by which runs of a study were asked for, the oldest first. */
  studyTexts(name: string): Promise<{ title: string; fileName: string; text: string }[]>;
  /** All of the kind, by name. */
  documents(kind: DocumentKind): Promise<StoredDocument[]>;
  /** Writes over one that has the name; `instead` names one that goes as this comes. */
  saveDocument(kind: DocumentKind, document: StoredDocument, instead?: string): Promise<void>;
  removeDocument(kind: DocumentKind, name: string): Promise<void>;
  /** A run that exists gains the membership, and the control if it had none; the rest of it stays. New ones are 'queued'. */
  addRun(run: NewRun): Promise<{ created: boolean }>;
  /** Keeps the times of the first start and of the end. Logs no event. */
  setState(id: string, state: RunState, reason: string | null): Promise<void>;
  setPriority(id: string, priority: number): Promise<void>;
  setEnvironment(id: string, environment: RunEnvironment): Promise<void>;
  /**
   * Stores an epoch, its checkpoint and its events together. Epochs follow one another from 0; one that is stored
   * already is compared (see `RecordOutcome`), and its events are not logged twice. The buffers of the record and of
   * the checkpoint are handed over; on rejection by the writer the same objects hold them again, for another try.
   * All checkpoints stay unless `keep` says otherwise.
   */
  recordEpoch(
    id: string,
    record: EpochRecord,
    checkpoint: CheckpointImage | null,
    events: readonly RunEvent[],
    keep?: KeepCheckpoints,
  ): Promise<RecordOutcome>;
  /**
   * Compares an epoch that is stored, and writes its checkpoint again where the stored one is damaged or missing.
   * Rejects with DIVERGED_ON_REPLAY, and nothing changed, where it came out otherwise.
   */
  mendEpoch(id: string, record: EpochRecord, checkpoint: CheckpointImage | null): Promise<void>;
  /**
   * Gives a run the epochs up to `last` of its trunk, with which it is the same until then. What it has already stays.
   */
  adoptEpochs(id: string, trunk: string, last: number): Promise<{ adopted: number }>;
  addEvent(id: string, event: RunEvent): Promise<void>;
  /** Removes rows and files; CONFLICT where another run has it for its control. */
  removeRun(id: string): Promise<void>;
  /** Tags, notes, stars and the bin; what is not named stays. */
  mark(ids: readonly string[], marks: RunMarks): Promise<void>;
  /** Figures by their names; one that is saved again keeps when it was made and what was written of it. */
  saveFigure(name: string, specification: string): Promise<void>;
  removeFigure(name: string): Promise<void>;
  noteFigureWritten(name: string, hash: string): Promise<void>;
  figures(): Promise<StoredFigure[]>;

  /** The newest first, as they are stored but for those of which more is known: see `standing.ts`. */
  listRuns(filter?: RunFilter, standings?: readonly Standing[]): Promise<RunSummary[]>;
  /** The same as a frame, made by the reader: see `common/codec/run-frames.ts`. */
  runList(filter?: RunFilter, standings?: readonly Standing[]): Promise<Uint8Array<ArrayBuffer>>;
  /** Flat specifications by hash: see `common/codec/specifications.ts`. */
  specificationFrame(hashes?: readonly string[]): Promise<Uint8Array<ArrayBuffer>>;
  /** Runs in any of the states, the newest first. */
  runStates(states: readonly RunState[], standings: readonly Standing[]): Promise<RunStanding[]>;
  summary(id: string): Promise<RunSummary>;
  getRun(id: string): Promise<RunDetail>;
  /** What it was trained by; null for a run that has not begun. */
  environment(id: string): Promise<Record<string, unknown> | null>;
  /** The newest of a run's first events, of which there are `before`; of all of them unless said. */
  events(id: string, before?: number): Promise<EventPage>;
  /** What the log tells of the epochs [from, to]: few of them. */
  eventsOfEpochs(id: string, from: number, to: number): Promise<LoggedEvent[]>;
  /** Epochs of the run's own checkpoints whose files are gone, or have another size. Looks for each. */
  missingCheckpoints(id: string): Promise<EpochSpan[]>;
  /** NOT_FOUND where it is not stored. */
  epoch(id: string, epoch: number): Promise<EpochSummary>;
  /** All of them, as objects: of a long run that takes long here too. Windows and commands ask for frames. */
  epochs(id: string): Promise<EpochSummary[]>;
  /** Over the dense control unless another kind is said; empty without that control. */
  excess(id: string, against?: ControlKind): Promise<ExcessEpoch[]>;
  /** Both as frames of rows, made by the reader, as many as one answer holds: see `common/codec/rows.ts`. */
  epochFrame(id: string, window: EpochWindow): Promise<Uint8Array<ArrayBuffer>>;
  excessFrame(id: string, against: ControlKind, window: EpochWindow): Promise<Uint8Array<ArrayBuffer>>;
  /** Rows of the epochs that have answers by class. */
  classFrame(id: string, window: Pick<EpochWindow, 'from' | 'to'>): Promise<Uint8Array<ArrayBuffer>>;
  /** Frames: see `common/codec/frames.ts`. Predictions of moments that are not marked are NOT_FOUND. */
  predictionFrame(id: string, epoch: number, moment: Moment): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * With `keptBy`, another run, weights are counted over those that it keeps: see `main/workspace/reader/over-kept.ts`.
   * Rejected with CANCELLED once the signal aborts, as the next; the reader does not begin with what nobody waits for.
   */
  channelFrame(id: string, asked: ChannelsAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  overlap(asked: OverlapAsked, signal?: AbortSignal): Promise<Overlap>;
  blockedFrame(id: string, from: number, to: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  trackFrame(id: string, asked: TracksAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  planeFrame(
    id: string,
    epoch: number,
    layer: string,
    planes?: readonly string[],
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Histograms of |w|: see `main/workspace/reader/magnitudes.ts`. */
  magnitudeFrame(
    id: string,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  reckonedMagnitudeFrame(id: string, epoch: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** One weight over some epochs: see `main/workspace/reader/weight-history.ts`. */
  weightHistory(id: string, asked: WeightHistoryAsked, signal?: AbortSignal): Promise<WeightHistory>;
  freeWeight(id: string, epoch: number, place: WeightPlace, signal?: AbortSignal): Promise<FreeWeight>;
  /** Of as many of the first runs as an answer has room for: see `common/codec/curve-frames.ts`. */
  curveFrame(asked: CurvesAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** A query that only reads, in a process of its own: see `query/queries.ts`. */
  sql(asked: SqlAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** A NumPy .npz of boolean arrays: see `main/workspace/reader/planes.ts`. */
  masks(id: string, epoch: number, threshold: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Which weights are pruned after an epoch: an .npz of <layer>.pruned. NOT_FOUND where it is not stored. */
  prunedMasks(id: string, epoch: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Runs whose ids begin with any of the names, the oldest first. */
  runsNamed(names: readonly string[]): Promise<NamedRun[]>;
  /** Of the runs with the ids and those of the studies, the ones that have begun, the newest first. */
  trainedRuns(ids: readonly string[], studies: readonly string[]): Promise<TrainedRun[]>;
  /** Of the runs with the ids, those that are known. */
  runProgress(ids: readonly string[], standings: readonly Standing[]): Promise<RunProgress[]>;
  /**
   * Hash of the data that the newest run of the studies was trained on of those that name the data set, and ask for no
   * content of it; null where none has begun.
   */
  trainedData(studies: readonly string[], dataset: NamedOptions, except: string): Promise<string | null>;
  /** Hashes of the content that runs of a study ask for. */
  pinnedData(study: string): Promise<string[]>;
  /** A stored checkpoint, verified; 'last' is the newest intact one. */
  checkpoint(id: string, epoch: number | 'last'): Promise<StoredCheckpoint>;
  /** The newest intact checkpoint of the run's own, of epochs before one where that is given, or null. */
  lastCheckpoint(id: string, before?: number): Promise<StoredCheckpoint | null>;
  checkpointEpochs(id: string): Promise<number[]>;
  /** Ids of the runs that are compared with an epoch of this one, a control of theirs of either kind. */
  comparedWith(id: string, epoch: number): Promise<string[]>;
  /** Without those that a trunk has for it. */
  ownCheckpointEpochs(id: string): Promise<number[]>;
  /** Whether a checkpoint of the run's own is what was written; reads it. */
  isIntact(id: string, epoch: number): Promise<boolean>;
  checkpointWishes(id: string): Promise<CheckpointWishes>;
  /** Of the runs of late that have trained, the newest first. */
  speeds(): Promise<MeasuredSpeed[]>;

  /** Run files, written from its runs and taken into it. */
  readonly exchange: Exchange;

  /** Ends after what was asked before it, with the log moved into the database and the lock released. */
  close(): Promise<void>;
}

/**
 * Opens a workspace, making the folder where it is missing. `application` is this program's name and version, kept
 * in the database. Runs that nobody trains any more become 'interrupted'.
 *
 * Rejects with WORKSPACE_LOCKED, WORKSPACE_LOST, WORKSPACE_CORRUPT, WORKSPACE_NEWER, WORKSPACE_FOREIGN, WORKSPACE_MIGRATION,
 * WORKSPACE_READ_ONLY, WORKSPACE_FULL, WORKSPACE_FOLDER or WORKSPACE.
 */
export async function openWorkspace(
  folder: string,
  { application, startProcess }: { application: string; startProcess?: StartProcess },
): Promise<Workspace> {
  const path = resolve(folder);
  const writer = startThread<WriterCalls>('writer');
  try {
    const { notices, unchecked } = await writer.call('open', path, application);
    const reader = startThread<ReaderCalls>('reader');
    try {
      await reader.call('open', path);
    } catch (error) {
      await reader.terminate();
      await writer.call('close');
      throw error;
    }
    const check = unchecked ? new LaterCheck(path, writer) : null;
    const queries = new Queries(layoutOf(path).database, startProcess);
    return new OpenWorkspace(path, notices, writer, reader, queries, check);
  } catch (error) {
    await writer.terminate();
    throw error;
  }
}

class OpenWorkspace implements Workspace {
  readonly folder: string;
  readonly notices: readonly string[];
  readonly #writer: ThreadClient<WriterCalls>;
  readonly #reader: ThreadClient<ReaderCalls>;
  readonly #queries: Queries;
  readonly exchange: Exchange;
  /** Null where the database is known to be whole. */
  readonly #check: LaterCheck | null;
  #closing: Promise<void> | null = null;

  constructor(
    folder: string,
    notices: readonly string[],
    writer: ThreadClient<WriterCalls>,
    reader: ThreadClient<ReaderCalls>,
    queries: Queries,
    check: LaterCheck | null,
  ) {
    this.folder = folder;
    this.notices = notices;
    this.#writer = writer;
    this.#reader = reader;
    this.#queries = queries;
    this.#check = check;
    this.exchange = new Exchange(folder, writer);
  }

  onDamage(listener: (sentence: string) => void): void {
    this.#check?.onDamage(listener);
  }

  publishAddress(address: string): Promise<void> {
    return this.#writer.call('publishAddress', address);
  }

  addStudy(study: NewStudy): Promise<void> {
    return this.#writer.call('addStudy', study);
  }

  addRun(run: NewRun): Promise<{ created: boolean }> {
    return this.#writer.call('addRun', run);
  }

  keepStudy(study: KeptStudy): Promise<{ newer: KeptStudy | null }> {
    return this.#writer.call('keepStudy', study);
  }

  dropStudy(name: string): Promise<void> {
    return this.#writer.call('dropStudy', name);
  }

  keptStudies(): Promise<KeptStudy[]> {
    return this.#reader.call('keptStudies');
  }

  studyTexts(name: string): Promise<{ title: string; fileName: string; text: string }[]> {
    return this.#reader.call('studyTexts', name);
  }

  documents(kind: DocumentKind): Promise<StoredDocument[]> {
    return this.#reader.call('documents', kind);
  }

  saveDocument(kind: DocumentKind, document: StoredDocument, instead?: string): Promise<void> {
    return this.#writer.call('saveDocument', kind, document, instead);
  }

  removeDocument(kind: DocumentKind, name: string): Promise<void> {
    return this.#writer.call('removeDocument', kind, name);
  }

  setState(id: string, state: RunState, reason: string | null): Promise<void> {
    return this.#writer.call('setState', id, state, reason);
  }

  setPriority(id: string, priority: number): Promise<void> {
    return this.#writer.call('setPriority', id, priority);
  }

  setEnvironment(id: string, environment: RunEnvironment): Promise<void> {
    return this.#writer.call('setEnvironment', id, environment);
  }

  recordEpoch(
    id: string,
    record: EpochRecord,
    checkpoint: CheckpointImage | null,
    events: readonly RunEvent[],
    keep?: KeepCheckpoints,
  ): Promise<RecordOutcome> {
    return this.#writer.handOver('recordEpoch', id, record, checkpoint, events, keep ?? null);
  }

  mendEpoch(id: string, record: EpochRecord, checkpoint: CheckpointImage | null): Promise<void> {
    return this.#writer.handOver('mendEpoch', id, record, checkpoint);
  }

  adoptEpochs(id: string, trunk: string, last: number): Promise<{ adopted: number }> {
    return this.#writer.call('adoptEpochs', id, trunk, last);
  }

  addEvent(id: string, event: RunEvent): Promise<void> {
    return this.#writer.call('addEvent', id, event);
  }

  mark(ids: readonly string[], marks: RunMarks): Promise<void> {
    return this.#writer.call('mark', ids, marks);
  }

  saveFigure(name: string, specification: string): Promise<void> {
    return this.#writer.call('saveFigure', name, specification);
  }

  removeFigure(name: string): Promise<void> {
    return this.#writer.call('removeFigure', name);
  }

  noteFigureWritten(name: string, hash: string): Promise<void> {
    return this.#writer.call('noteFigureWritten', name, hash);
  }

  figures(): Promise<StoredFigure[]> {
    return this.#reader.call('figures');
  }

  specificationFrame(hashes?: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('specificationFrame', hashes);
  }

  removeRun(id: string): Promise<void> {
    return this.#writer.call('removeRun', id);
  }

  listRuns(filter?: RunFilter, standings?: readonly Standing[]): Promise<RunSummary[]> {
    return this.#reader.call('listRuns', filter, standings);
  }

  runList(filter?: RunFilter, standings?: readonly Standing[]): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('runList', filter, standings);
  }

  runStates(states: readonly RunState[], standings: readonly Standing[]): Promise<RunStanding[]> {
    return this.#reader.call('runStates', states, standings);
  }

  summary(id: string): Promise<RunSummary> {
    return this.#reader.call('summary', id);
  }

  getRun(id: string): Promise<RunDetail> {
    return this.#reader.call('getRun', id);
  }

  environment(id: string): Promise<Record<string, unknown> | null> {
    return this.#reader.call('environment', id);
  }

  events(id: string, before?: number): Promise<EventPage> {
    return this.#reader.call('events', id, before);
  }

  eventsOfEpochs(id: string, from: number, to: number): Promise<LoggedEvent[]> {
    return this.#reader.call('eventsOfEpochs', id, from, to);
  }

  missingCheckpoints(id: string): Promise<EpochSpan[]> {
    return this.#reader.call('missingCheckpoints', id);
  }

  epoch(id: string, epoch: number): Promise<EpochSummary> {
    return this.#reader.call('epoch', id, epoch);
  }

  epochs(id: string): Promise<EpochSummary[]> {
    return this.#reader.call('epochs', id);
  }

  excess(id: string, against?: ControlKind): Promise<ExcessEpoch[]> {
    return this.#reader.call('excess', id, against);
  }

  epochFrame(id: string, window: EpochWindow): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('epochFrame', id, window);
  }

  excessFrame(id: string, against: ControlKind, window: EpochWindow): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('excessFrame', id, against, window);
  }

  classFrame(id: string, window: Pick<EpochWindow, 'from' | 'to'>): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('classFrame', id, window);
  }

  predictionFrame(id: string, epoch: number, moment: Moment): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('predictionFrame', id, epoch, moment);
  }

  channelFrame(id: string, asked: ChannelsAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.callWhileWanted(signal, 'channelFrame', id, asked);
  }

  overlap(asked: OverlapAsked, signal?: AbortSignal): Promise<Overlap> {
    return this.#reader.callWhileWanted(signal, 'overlap', asked);
  }

  trackFrame(id: string, asked: TracksAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.callWhileWanted(signal, 'trackFrame', id, asked);
  }

  blockedFrame(id: string, from: number, to: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.callWhileWanted(signal, 'blockedFrame', id, from, to);
  }

  planeFrame(
    id: string,
    epoch: number,
    layer: string,
    planes?: readonly string[],
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.callWhileWanted(signal, 'planeFrame', id, epoch, layer, planes);
  }

  magnitudeFrame(
    id: string,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.callWhileWanted(signal, 'magnitudeFrame', id, from, to);
  }

  reckonedMagnitudeFrame(id: string, epoch: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.callWhileWanted(signal, 'reckonedMagnitudeFrame', id, epoch);
  }

  weightHistory(id: string, asked: WeightHistoryAsked, signal?: AbortSignal): Promise<WeightHistory> {
    return this.#reader.callWhileWanted(signal, 'weightHistory', id, asked);
  }

  freeWeight(id: string, epoch: number, place: WeightPlace, signal?: AbortSignal): Promise<FreeWeight> {
    return this.#reader.callWhileWanted(signal, 'freeWeight', id, epoch, place);
  }

  curveFrame(asked: CurvesAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.callWhileWanted(signal, 'curveFrame', asked);
  }

  sql(asked: SqlAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#queries.run(asked, signal);
  }

  masks(id: string, epoch: number, threshold: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('masks', id, epoch, threshold);
  }

  prunedMasks(id: string, epoch: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.call('prunedMasks', id, epoch);
  }

  runsNamed(names: readonly string[]): Promise<NamedRun[]> {
    return this.#reader.call('runsNamed', names);
  }

  trainedRuns(ids: readonly string[], studies: readonly string[]): Promise<TrainedRun[]> {
    return this.#reader.call('trainedRuns', ids, studies);
  }

  runProgress(ids: readonly string[], standings: readonly Standing[]): Promise<RunProgress[]> {
    return this.#reader.call('runProgress', ids, standings);
  }

  trainedData(studies: readonly string[], dataset: NamedOptions, except: string): Promise<string | null> {
    return this.#reader.call('trainedData', studies, dataset, except);
  }

  pinnedData(study: string): Promise<string[]> {
    return this.#reader.call('pinnedData', study);
  }

  checkpoint(id: string, epoch: number | 'last'): Promise<StoredCheckpoint> {
    return this.#reader.call('checkpoint', id, epoch);
  }

  lastCheckpoint(id: string, before?: number): Promise<StoredCheckpoint | null> {
    return this.#reader.call('lastCheckpoint', id, before);
  }

  ownCheckpointEpochs(id: string): Promise<number[]> {
    return this.#reader.call('ownCheckpointEpochs', id);
  }

  isIntact(id: string, epoch: number): Promise<boolean> {
    return this.#reader.call('isIntact', id, epoch);
  }

  checkpointWishes(id: string): Promise<CheckpointWishes> {
    return this.#reader.call('checkpointWishes', id);
  }

  speeds(): Promise<MeasuredSpeed[]> {
    return this.#reader.call('speeds');
  }

  checkpointEpochs(id: string): Promise<number[]> {
    return this.#reader.call('checkpointEpochs', id);
  }
  comparedWith(id: string, epoch: number): Promise<string[]> {
    return this.#reader.call('comparedWith', id, epoch);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      // One that still reads would keep the log from being moved into the database.
      await this.#queries.close();
      await this.exchange.close();
      await this.#check?.close();
      await this.#reader.call('close');
      await this.#writer.call('close');
    } finally {
      await Promise.all([this.#reader.terminate(), this.#writer.terminate()]);
    }
  }
}
