import type { DocumentKind, StoredDocument } from '../../../common/contract/document-schemas.ts';
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
  RunState,
  RunSummary,
} from '../../../common/contract/schemas.ts';
import type {
  WeightHistory,
  WeightHistoryAsked,
  WeightPlace,
} from '../../../common/contract/weight-schemas.ts';
import type { TracksAsked } from '../../../common/contract/track-schemas.ts';
import { encodeCurves } from '../../../common/codec/curve-frames.ts';
import type { RowsHeader } from '../../../common/codec/frames.ts';
import { encodeRows } from '../../../common/codec/rows.ts';
import { encodeRuns } from '../../../common/codec/run-frames.ts';
import type { ControlKind } from '../../../common/controls.ts';
import { epochSpans, type EpochSpan } from '../../../common/epoch-spans.ts';
import type { Moment } from '../../../common/records.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { layersOf, PlaneChains } from '../chains.ts';
import { CheckpointFiles } from '../checkpoint-files.ts';
import { connect, type Connection } from '../database.ts';
import { documentsOf } from '../documents.ts';
import { notFound } from '../errors.ts';
import { keptStudies, studyTexts } from '../kept-studies.ts';
import { layoutOf } from '../layout.ts';
import type {
  CheckpointWishes,
  FreeWeight,
  MeasuredSpeed,
  NamedRun,
  ReaderCalls,
  RunProgress,
  RunStanding,
  StoredCheckpoint,
  TrainedRun,
  StoredFigure,
} from '../messages.ts';
import type { Standing } from '../standing.ts';
import { blockedFrame, channelFrame } from './channels.ts';
import {
  checkpointAt,
  checkpointEpochs,
  checkpointWishes,
  isIntact,
  lastCheckpoint,
  missingCheckpoints,
  ownCheckpointEpochs,
} from './checkpoints.ts';
import { curvesOf } from './curves.ts';
import { environmentOf, getRun } from './details.ts';
import { epochOf, epochsOf } from './epochs.ts';
import { eventsOf, eventsOfEpochs } from './events.ts';
import { excessOutline } from './excess-outline.ts';
import { comparedWith, excessOf } from './excess.ts';
import type { EpochRange } from './levels.ts';
import { outlineOf } from './outline.ts';
import { overlapOf } from './overlap.ts';
import { magnitudeFrame, reckonedMagnitudeFrame } from './magnitudes.ts';
import { masks, planeFrame, prunedMasks } from './planes.ts';
import { classesOf, classRoom, predictionFrame } from './predictions.ts';
import { KeptList } from './kept-list.ts';
import { specificationFrame } from './specifications.ts';
import { speeds } from './speeds.ts';
import { storedFigures } from './figures.ts';
import { requireStored, type StoredRun } from './stored-run.ts';
import { getSummary, listRuns, runProgress, runsNamed, runStates } from './summaries.ts';
import { pinnedData, trainedData, trainedRuns } from './trained-runs.ts';
import { freeWeight, weightHistory } from './weight-history.ts';
import { trackFrame } from './tracks.ts';
import { detailOf, roomForLayers } from './window.ts';

/** Answers questions about an open workspace. Each answer is of one moment: one read transaction a call. */
export class Reader implements Omit<ReaderCalls, 'open'> {
  readonly #database: Connection;
  readonly #files: CheckpointFiles;
  readonly #chains: PlaneChains;
  readonly #list: KeptList;

  constructor(folder: string) {
    this.#database = connect(layoutOf(folder).database, 'read');
    this.#files = new CheckpointFiles(layoutOf(folder).checkpoints);
    this.#chains = new PlaneChains(this.#database);
    this.#list = new KeptList(this.#database);
  }

  listRuns(filter: RunFilter = {}, standings: readonly Standing[] = []): RunSummary[] {
    return this.#snapshot(() => listRuns(this.#database, filter, standings));
  }

  runList(filter: RunFilter = {}, standings: readonly Standing[] = []): Uint8Array<ArrayBuffer> {
    const isWhole = Object.values(filter).every((value) => value === undefined);
    if (!isWhole) return encodeRuns(this.listRuns(filter, standings));
    return this.#list.read(standings, () => encodeRuns(this.listRuns({}, standings)));
  }

  specificationFrame(hashes?: readonly string[]): Uint8Array<ArrayBuffer> {
    return this.#snapshot(() => specificationFrame(this.#database, hashes));
  }

  figures(): StoredFigure[] {
    return this.#snapshot(() => storedFigures(this.#database));
  }

  runStates(states: readonly RunState[], standings: readonly Standing[]): RunStanding[] {
    return this.#snapshot(() => runStates(this.#database, states, standings));
  }

  summary(id: string): RunSummary {
    return this.#of(id, (run) => getSummary(this.#database, run));
  }

  getRun(id: string): RunDetail {
    return this.#of(id, (run) => getRun(this.#database, run));
  }

  environment(id: string): Record<string, unknown> | null {
    return this.#of(id, (run) => environmentOf(this.#database, run));
  }

  events(id: string, before?: number): EventPage {
    return this.#of(id, (run) => eventsOf(this.#database, run.number, before));
  }

  eventsOfEpochs(id: string, from: number, to: number): LoggedEvent[] {
    return this.#of(id, (run) => eventsOfEpochs(this.#database, run.number, { from, to }));
  }

  missingCheckpoints(id: string): EpochSpan[] {
    return this.#of(id, (run) => epochSpans(missingCheckpoints(this.#database, this.#files, run)));
  }

  epoch(id: string, epoch: number): EpochSummary {
    return this.#of(id, (run) => epochOf(this.#database, run, epoch));
  }

  epochs(id: string): EpochSummary[] {
    return this.#of(id, (run) => epochsOf(this.#database, run));
  }

  excess(id: string, against: ControlKind = 'dense'): ExcessEpoch[] {
    return this.#of(id, (run) => excessOf(this.#database, run, against));
  }

  epochFrame(id: string, window: EpochWindow): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => {
      const { from, to, ...header } = this.#detailOf(run, window);
      const rows =
        header.span === 1
          ? epochsOf(this.#database, run, { from, to })
          : outlineOf(this.#database, run, { from, to }, header.span, window.layer);
      return encodeRows(rows, header);
    });
  }

  excessFrame(id: string, against: ControlKind, window: EpochWindow): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => {
      const { from, to, ...header } = this.#detailOf(run, window);
      const rows =
        header.span === 1
          ? excessOf(this.#database, run, against, { from, to })
          : excessOutline(this.#database, run, against, { from, to }, header.span, window.layer);
      return encodeRows(rows, header);
    });
  }

  classFrame(id: string, window: Pick<EpochWindow, 'from' | 'to'>): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => {
      const { from, to, ...header } = detailOf(this.#database, run, window, classRoom(this.#database, run));
      return encodeRows(classesOf(this.#database, run, { from, to }), header);
    });
  }

  predictionFrame(id: string, epoch: number, moment: Moment): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => predictionFrame(this.#database, run, epoch, moment));
  }

  curveFrame(asked: CurvesAsked): Uint8Array<ArrayBuffer> {
    return encodeCurves(this.#snapshot(() => curvesOf(this.#database, asked)));
  }

  channelFrame(id: string, asked: ChannelsAsked): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => channelFrame(this.#database, this.#chains, run, asked));
  }

  overlap(asked: OverlapAsked): Overlap {
    return this.#snapshot(() => overlapOf(this.#database, this.#chains, asked));
  }

  blockedFrame(id: string, from: number, to: number): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => blockedFrame(this.#database, run, { from, to }));
  }

  trackFrame(id: string, asked: TracksAsked): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => trackFrame(this.#database, run, asked));
  }

  planeFrame(id: string, epoch: number, layer: string, planes?: readonly string[]): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => planeFrame(this.#database, this.#chains, run, epoch, layer, planes));
  }

  magnitudeFrame(id: string, from: number, to: number): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => magnitudeFrame(this.#database, run, { from, to }));
  }

  reckonedMagnitudeFrame(id: string, epoch: number): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) =>
      reckonedMagnitudeFrame(this.#database, this.#chains, this.#files, run, epoch),
    );
  }

  weightHistory(id: string, asked: WeightHistoryAsked): WeightHistory {
    return this.#of(id, (run) => weightHistory(this.#database, this.#chains, this.#files, run, asked));
  }

  freeWeight(id: string, epoch: number, place: WeightPlace): FreeWeight {
    return this.#of(id, (run) => freeWeight(this.#database, this.#chains, this.#files, run, epoch, place));
  }

  masks(id: string, epoch: number, threshold: string): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => masks(this.#database, this.#chains, run, epoch, threshold));
  }

  prunedMasks(id: string, epoch: number): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => prunedMasks(this.#database, this.#chains, run, epoch));
  }

  runsNamed(names: readonly string[]): NamedRun[] {
    return this.#snapshot(() => runsNamed(this.#database, names));
  }

  trainedRuns(ids: readonly string[], studies: readonly string[]): TrainedRun[] {
    return this.#snapshot(() => trainedRuns(this.#database, ids, studies));
  }

  runProgress(ids: readonly string[], standings: readonly Standing[]): RunProgress[] {
    return this.#snapshot(() => runProgress(this.#database, ids, standings));
  }

  trainedData(studies: readonly string[], dataset: NamedOptions, except: string): string | null {
    return this.#snapshot(() => trainedData(this.#database, studies, dataset, except));
  }

  pinnedData(study: string): string[] {
    return this.#snapshot(() => pinnedData(this.#database, study));
  }

  checkpoint(id: string, epoch: number | 'last'): StoredCheckpoint {
    return this.#of(id, (run) => {
      if (epoch !== 'last') return checkpointAt(this.#database, this.#files, run, epoch);
      const last = lastCheckpoint(this.#database, this.#files, run);
      if (!last) throw notFound(`intact checkpoint of the run ${id}`);
      return last;
    });
  }

  lastCheckpoint(id: string, before?: number): StoredCheckpoint | null {
    return this.#of(id, (run) => lastCheckpoint(this.#database, this.#files, run, before));
  }

  ownCheckpointEpochs(id: string): number[] {
    return this.#of(id, (run) => ownCheckpointEpochs(this.#database, run));
  }

  isIntact(id: string, epoch: number): boolean {
    return this.#of(id, (run) => isIntact(this.#database, this.#files, run, epoch));
  }

  checkpointEpochs(id: string): number[] {
    return this.#of(id, (run) => checkpointEpochs(this.#database, run));
  }

  comparedWith(id: string, epoch: number): string[] {
    return this.#of(id, (run) => comparedWith(this.#database, run.number, epoch));
  }

  checkpointWishes(id: string): CheckpointWishes {
    return this.#of(id, (run) => checkpointWishes(this.#database, run));
  }

  speeds(): MeasuredSpeed[] {
    return speeds(this.#database);
  }

  studyTexts(name: string): { title: string; fileName: string; text: string }[] {
    return this.#snapshot(() => studyTexts(this.#database, name));
  }

  keptStudies(): KeptStudy[] {
    return this.#snapshot(() => keptStudies(this.#database));
  }

  documents(kind: DocumentKind): StoredDocument[] {
    return this.#snapshot(() => documentsOf(this.#database, kind));
  }

  close(): void {
    this.#database.close();
  }

  #detailOf(run: StoredRun, window: EpochWindow): EpochRange & RowsHeader {
    return detailOf(this.#database, run, window, roomForLayers(layersOf(this.#database, run.number).length));
  }

  #of<T>(id: string, read: (run: StoredRun) => T): T {
    return this.#snapshot(() => read(requireStored(this.#database, id)));
  }

  #snapshot<T>(read: () => T): T {
    return this.#database.transaction(read).deferred();
  }
}
