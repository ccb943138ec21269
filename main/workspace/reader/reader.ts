import type {
  ChannelsAsked,
  ClassAccuracies,
  EpochSummary,
  EpochWindow,
  ExcessEpoch,
  RunDetail,
  RunFilter,
  RunSummary,
} from '../../../common/contract/schemas.ts';
import { encodeRows } from '../../../common/codec/rows.ts';
import { runsText } from '../../../common/codec/run-frames.ts';
import type { ControlKind } from '../../../common/controls.ts';
import type { Moment } from '../../../common/records.ts';
import { PlaneChains } from '../chains.ts';
import { CheckpointFiles } from '../checkpoint-files.ts';
import { connect, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { layoutOf } from '../layout.ts';
import type {
  CheckpointWishes,
  MeasuredSpeed,
  NamedRun,
  ReaderCalls,
  StoredCheckpoint,
  TrainedRun,
} from '../messages.ts';
import { classesOf, predictionFrame } from './predictions.ts';
import {
  checkpointAt,
  checkpointWishes,
  isIntact,
  lastCheckpoint,
  missingCheckpoints,
  rowsOf,
} from './checkpoints.ts';
import { detailOf, epochOf, epochsOf, outlineOf } from './epochs.ts';
import { comparedWith, excessOf } from './excess.ts';
import { blockedFrame, channelFrame } from './channels.ts';
import { inSpans } from './levels.ts';
import { speeds } from './speeds.ts';
import { masks, planeFrame, prunedMasks } from './planes.ts';
import { trainedRuns } from './trained-runs.ts';
import { checkpointEpochs, getRun, getSummary, listRuns, requireStored, runsNamed } from './summaries.ts';
import type { StoredRun } from './stored-run.ts';

/** Answers questions about an open workspace. Each answer is of one moment: one read transaction a call. */
export class Reader implements Omit<ReaderCalls, 'open'> {
  readonly #database: Connection;
  readonly #files: CheckpointFiles;
  readonly #chains: PlaneChains;

  constructor(folder: string) {
    this.#database = connect(layoutOf(folder).database, 'read');
    this.#files = new CheckpointFiles(layoutOf(folder).checkpoints);
    this.#chains = new PlaneChains(this.#database);
  }

  listRuns(filter: RunFilter = {}): RunSummary[] {
    return this.#snapshot(() => listRuns(this.#database, filter));
  }

  runList(filter: RunFilter = {}): Uint8Array<ArrayBuffer> {
    return runsText(this.listRuns(filter));
  }

  summary(id: string): RunSummary {
    return this.#snapshot(() => getSummary(this.#database, id));
  }

  getRun(id: string): RunDetail {
    return this.#of(id, (run) => ({
      ...getRun(this.#database, id),
      missingCheckpoints: missingCheckpoints(this.#database, this.#files, run),
    }));
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
      const { stored, span, ...range } = detailOf(this.#database, run, window);
      const rows =
        span === 1
          ? epochsOf(this.#database, run, range)
          : inSpans(outlineOf(this.#database, run, range, window.layer), span);
      return encodeRows(rows, { stored, span });
    });
  }

  excessFrame(id: string, against: ControlKind, window: EpochWindow): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => {
      const { stored, span, ...range } = detailOf(this.#database, run, window);
      const rows = excessOf(
        this.#database,
        run,
        against,
        range,
        span === 1 ? undefined : [window.layer ?? null],
      );
      return encodeRows(span === 1 ? rows : inSpans(rows, span), { stored, span });
    });
  }

  classes(id: string): ClassAccuracies {
    return this.#of(id, (run) => classesOf(this.#database, run));
  }

  predictionFrame(id: string, epoch: number, moment: Moment): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => predictionFrame(this.#database, run, epoch, moment));
  }

  channelFrame(id: string, asked: ChannelsAsked): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => channelFrame(this.#database, this.#chains, run, asked));
  }

  blockedFrame(id: string, from: number, to: number): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => blockedFrame(this.#database, run, { from, to }));
  }

  planeFrame(id: string, epoch: number, layer: string, planes?: readonly string[]): Uint8Array<ArrayBuffer> {
    return this.#of(id, (run) => planeFrame(this.#database, this.#chains, run, epoch, layer, planes));
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
    return this.#of(id, (run) => rowsOf(this.#database, run).map(({ epoch }) => epoch));
  }

  isIntact(id: string, epoch: number): boolean {
    return this.#of(id, (run) => isIntact(this.#database, this.#files, run, epoch));
  }

  checkpointEpochs(id: string): number[] {
    return this.#of(id, (run) => checkpointEpochs(this.#database, run.number));
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

  close(): void {
    this.#database.close();
  }

  #of<T>(id: string, read: (run: StoredRun) => T): T {
    return this.#snapshot(() => read(requireStored(this.#database, id)));
  }

  #snapshot<T>(read: () => T): T {
    return this.#database.transaction(read).deferred();
  }
}
