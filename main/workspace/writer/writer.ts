import { rmSync } from 'node:fs';
import type { CheckpointImage, EpochRecord, RunEnvironment, RunEvent } from '../../../common/records.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { DocumentKind, StoredDocument } from '../../../common/contract/document-schemas.ts';
import type { KeptStudy, RunMarks, RunState } from '../../../common/contract/schemas.ts';
import type { ImportResult } from '../../../common/contract/exchange-schemas.ts';
import { CheckpointFiles, sha256, type CheckpointRow } from '../checkpoint-files.ts';
import { layersOf } from '../chains.ts';
import { openDatabase, prepared, type Connection } from '../database.ts';
import { removeDocument, saveDocument } from '../documents.ts';
import { corruptWorkspace, workspaceError } from '../errors.ts';
import { openUntrusted } from '../exchange/run-file.ts';
import { Work, type SharedProgress } from '../exchange/shared-progress.ts';
import { Taking } from '../exchange/take.ts';
import type { TakenRun } from '../exchange/taken-run.ts';
import { dropStudy, keepStudy } from '../kept-studies.ts';
import { layoutOf } from '../layout.ts';
import type { KeepCheckpoints, NewRun, NewStudy, RecordOutcome, WriterCalls } from '../messages.ts';
import { isForOthers, repairModes } from '../private-files.ts';
import { foreignLogNotice, setForeignLogAside } from '../remains.ts';
import { Seal, trustIn } from '../seal.ts';
import { adoptEpochs } from './adoption.ts';
import { checkRecord, deleteEpochsFrom, insertEpoch, isStored, lastEpoch } from './epochs.ts';
import { ExcessWriter } from './excess.ts';
import { WorkspaceLock } from './lock.ts';
import { noteFigureWritten, removeFigure, saveFigure } from './figures.ts';
import { markRuns } from './marks.ts';
import { PlaneWriter } from './planes.ts';
import { recoverCheckpoints } from './checkpoint-recovery.ts';
import { interruptRuns } from './interrupted-runs.ts';
import {
  deleteRun,
  findRun,
  insertEvent,
  insertRun,
  insertStudy,
  isActive,
  requireRun,
  updatePriority,
  updateState,
  upsertEnvironment,
  type RunRow,
} from './runs.ts';

/** Milliseconds after a commit within which it is in the database itself: people copy that file without its log. */
const SETTLE_MILLISECONDS = 2_000;

/** The one writer of a workspace. Every method returns after its transaction is on disk, or throws with nothing changed. */
export class Writer implements Omit<WriterCalls, 'open'> {
  readonly #folder: string;
  readonly #lock: WorkspaceLock;
  readonly #database: Connection;
  readonly #files: CheckpointFiles;
  readonly #planes: PlaneWriter;
  readonly #excess: ExcessWriter;

  /** What was found at opening that a person should know, a sentence each. */
  readonly notices: readonly string[];
  /** Whether the database was taken on trust: it was not closed in order, but nobody else has written to it. */
  readonly unchecked: boolean;
  readonly #seal: Seal;
  #damage: CascadeError | null = null;
  #settling: NodeJS.Timeout | null = null;

  constructor(folder: string, application: string) {
    this.#folder = folder;
    const layout = layoutOf(folder);
    const forOthers = isForOthers(layout);
    this.#lock = WorkspaceLock.acquire(folder);
    let foreignLog: string | null;
    try {
      const trust = trustIn(folder);
      this.unchecked = trust === 'unchecked';
      foreignLog = setForeignLogAside(folder);
      this.#database = openDatabase(folder, application, undefined, { trusted: trust !== 'unknown' });
    } catch (error) {
      this.#lock.release();
      throw error;
    }
    this.#seal = new Seal(folder, !this.unchecked);
    this.#files = new CheckpointFiles(layout.checkpoints);
    this.#planes = new PlaneWriter(this.#database);
    this.#excess = new ExcessWriter(this.#database, this.#planes);
    try {
      this.notices = this.#seal.during(() => {
        interruptRuns(this.#database);
        return [
          ...(foreignLog === null ? [] : [foreignLogNotice(foreignLog)]),
          ...recoverCheckpoints(this.#database, this.#files, layout),
        ];
      });
      // What else was on its way in or out when a process died is nobody's.
      rmSync(layout.exchange, { recursive: true, force: true });
      repairModes(layout, forOthers);
      this.#settle();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  publishAddress(address: string): void {
    this.#lock.publish(address);
  }

  addStudy(study: NewStudy): void {
    this.#commit(() => insertStudy(this.#database, study));
  }

  keepStudy(study: KeptStudy): { newer: KeptStudy | null } {
    return this.#commit(() => keepStudy(this.#database, study));
  }

  dropStudy(name: string): void {
    this.#commit(() => dropStudy(this.#database, name));
  }

  saveDocument(kind: DocumentKind, document: StoredDocument, instead?: string): void {
    this.#commit(() => saveDocument(this.#database, kind, document, instead));
  }

  removeDocument(kind: DocumentKind, name: string): void {
    this.#commit(() => removeDocument(this.#database, kind, name));
  }

  addRun(run: NewRun): { created: boolean } {
    return this.#commit(() => {
      const { created, number, linked } = insertRun(this.#database, run);
      for (const control of linked) this.#excess.afterLink(number, control);
      return { created };
    });
  }

  setState(id: string, state: RunState, reason: string | null): void {
    const run = requireRun(this.#database, id);
    this.#commit(() => updateState(this.#database, run, state, reason));
    if (isActive(state)) return;
    this.#forget(run);
    this.#settle();
  }

  setPriority(id: string, priority: number): void {
    const run = requireRun(this.#database, id);
    this.#commit(() => updatePriority(this.#database, run, priority));
  }

  setEnvironment(id: string, environment: RunEnvironment): void {
    const run = requireRun(this.#database, id);
    this.#commit(() => upsertEnvironment(this.#database, run, environment));
  }

  adoptEpochs(id: string, trunkId: string, last: number): { adopted: number } {
    const [run, trunk] = [requireRun(this.#database, id), requireRun(this.#database, trunkId)];
    return this.#commit(() => {
      const adopted = adoptEpochs(this.#database, run, trunk, last);
      if (adopted > 0) this.#excess.afterAdoption(run.number);
      return { adopted };
    });
  }

  addEvent(id: string, event: RunEvent): void {
    const run = requireRun(this.#database, id);
    this.#commit(() => insertEvent(this.#database, run.number, event));
  }

  recordEpoch(
    id: string,
    record: EpochRecord,
    checkpoint: CheckpointImage | null,
    events: readonly RunEvent[],
    keep: KeepCheckpoints | null,
  ): RecordOutcome {
    const run = requireRun(this.#database, id);
    const last = lastEpoch(this.#database, run.number);
    checkRecord(this.#database, run, record, last);
    const before = this.#checkpoints(run);
    const file = checkpoint && this.#writeCheckpoint(run, checkpoint, before);
    let outcome: RecordOutcome;
    try {
      outcome = this.#commit(() => {
        const outcome = this.#storeEpoch(run, record, events, last);
        if (file) this.#storeCheckpoint(run, file);
        if (keep) this.#thinCheckpoints(run, keep);
        return outcome;
      });
    } catch (error) {
      if (file && !before.includes(file)) this.#files.remove(run.id, [file.file]);
      this.#forget(run);
      throw error;
    }
    this.#removeReplaced(run, file ? [...before, file] : before);
    return outcome;
  }

  mendEpoch(id: string, record: EpochRecord, checkpoint: CheckpointImage | null): void {
    const run = requireRun(this.#database, id);
    checkRecord(this.#database, run, record, lastEpoch(this.#database, run.number));
    const before = this.#checkpoints(run);
    if (!isStored(this.#database, this.#planes, run, record))
      throw new CascadeError(
        'DIVERGED_ON_REPLAY',
        `Epoch ${record.epoch} differs from the stored one, so its checkpoint cannot be made again here. ` +
          'Nothing was changed.',
      );
    if (!checkpoint || !before.some(({ epoch }) => epoch === checkpoint.epoch)) return;
    const file = this.#writeCheckpoint(run, checkpoint, before);
    this.#commit(() => this.#storeCheckpoint(run, file));
    this.#removeReplaced(run, [...before, file]);
  }

  mark(ids: readonly string[], marks: RunMarks): void {
    const runs = ids.map((id) => requireRun(this.#database, id));
    this.#commit(() => markRuns(this.#database, runs, marks));
  }

  saveFigure(name: string, specification: string): void {
    this.#commit(() => saveFigure(this.#database, name, specification));
  }

  removeFigure(name: string): void {
    this.#commit(() => removeFigure(this.#database, name));
  }

  noteFigureWritten(name: string, hash: string): void {
    this.#commit(() => noteFigureWritten(this.#database, name, hash));
  }

  takeRuns(path: string, runs: readonly TakenRun[], shared: SharedProgress): Omit<ImportResult, 'notices'> {
    const source = openUntrusted(path);
    const work = new Work(shared);
    const taking = new Taking(source, this.#database, layoutOf(this.#folder), this.#excess, work);
    let taken: Omit<ImportResult, 'notices'>;
    try {
      taken = source.transaction(() => this.#commit(() => taking.run(runs)))();
    } finally {
      source.close();
      for (const { id } of runs) {
        const run = findRun(this.#database, id);
        if (run) this.#forget(run);
      }
    }
    taking.settle();
    this.#settle();
    return taken;
  }

  removeRun(id: string): void {
    const run = requireRun(this.#database, id);
    this.#forget(run);
    this.#files.markRemoval(id);
    try {
      this.#commit(() => deleteRun(this.#database, run));
    } catch (error) {
      this.#files.unmarkRemoval(id);
      throw error;
    }
    this.#files.removeMarked(id);
    // Makes the database file smaller by what was removed.
    this.#whereThereIsRoom('incremental_vacuum');
  }

  noteChecked(): void {
    this.#seal.noteChecked();
  }

  refuseWrites(damage: string): string {
    this.#seal.spoil();
    this.#damage = corruptWorkspace(this.#folder, damage);
    return this.#damage.message;
  }

  close(): void {
    if (this.#settling) clearTimeout(this.#settling);
    try {
      this.#whereThereIsRoom('wal_checkpoint(truncate)');
    } finally {
      this.#seal.close(() => this.#database.close());
      this.#lock.release();
    }
  }

  /** Runs the work as one transaction; anything thrown within it rolls all of it back. */
  #commit<T>(work: () => T): T {
    if (this.#damage) throw this.#damage;
    const result = this.#seal.during(() => this.#database.transaction(work).immediate());
    this.#settling ??= setTimeout(() => this.#settle(), SETTLE_MILLISECONDS).unref();
    return result;
  }

  /** Moves what is committed from the log into the database, so that a copy of it without its log lacks little. */
  #settle(): void {
    if (this.#settling) clearTimeout(this.#settling);
    this.#settling = null;
    this.#whereThereIsRoom('wal_checkpoint(passive)');
  }

  #storeEpoch(
    run: RunRow,
    record: EpochRecord,
    events: readonly RunEvent[],
    last: number | null,
  ): RecordOutcome {
    const again = last !== null && record.epoch <= last;
    if (again) {
      if (isStored(this.#database, this.#planes, run, record)) return 'known';
      deleteEpochsFrom(this.#database, this.#planes, run.number, record.epoch);
      prepared(this.#database, 'delete from checkpoints where run = ? and epoch >= ?').run(
        run.number,
        record.epoch,
      );
      insertEvent(this.#database, run.number, {
        kind: 'diverged-on-replay',
        epoch: record.epoch,
        message: `Epoch ${record.epoch} differs from the stored one: it and the epochs up to ${last} were replaced.`,
        data: { from: record.epoch, to: last },
      });
    }
    insertEpoch(this.#database, this.#planes, run, record);
    for (const event of events) insertEvent(this.#database, run.number, event);
    this.#excess.afterEpoch(run.number, record.epoch);
    return again ? 'replaced' : 'stored';
  }

  #checkpoints(run: RunRow): CheckpointRow[] {
    return prepared(
      this.#database,
      'select epoch, file, size, sha256 from checkpoints where run = ? order by epoch',
    ).all(run.number) as CheckpointRow[];
  }

  /** The row of a checkpoint: the one that is there, where it is intact and the same, and otherwise one newly written. */
  #writeCheckpoint(run: RunRow, { epoch, bytes }: CheckpointImage, rows: CheckpointRow[]): CheckpointRow {
    const known = rows.find((row) => row.epoch === epoch);
    const stored = known && this.#files.read(run.id, known);
    if (known && stored && Buffer.compare(stored, bytes) === 0) return known;
    // What is damaged or missing comes back under its own name where it is what was written.
    const others = rows.filter((row) => row !== known || row.sha256 !== sha256(bytes));
    return this.#files.write(run.id, epoch, bytes, new Set(others.map(({ file }) => file)));
  }

  #storeCheckpoint(run: RunRow, { epoch, file, size, sha256 }: CheckpointRow): void {
    prepared(
      this.#database,
      'insert or replace into checkpoints (run, epoch, file, size, sha256) values (?, ?, ?, ?, ?)',
    ).run(run.number, epoch, file, size, sha256);
  }

  #thinCheckpoints(run: RunRow, { newest, epochs = [] }: KeepCheckpoints): void {
    const stored = this.#checkpoints(run).map(({ epoch }) => epoch);
    const drop = prepared(this.#database, 'delete from checkpoints where run = ? and epoch = ?');
    for (const epoch of stored.slice(0, Math.max(0, stored.length - newest)))
      if (!epochs.includes(epoch)) drop.run(run.number, epoch);
  }

  /** Removes the files that were a row's before the commit and are none's after it. */
  #removeReplaced(run: RunRow, before: readonly CheckpointRow[]): void {
    const files = new Set(this.#checkpoints(run).map(({ file }) => file));
    this.#files.remove(
      run.id,
      before.map(({ file }) => file).filter((file) => !files.has(file)),
    );
  }

  /** Housekeeping that loses nothing where the disk is too full for it: the next time does it. */
  #whereThereIsRoom(pragma: string): void {
    try {
      this.#seal.during(() => this.#database.pragma(pragma));
    } catch (error) {
      if (workspaceError(error, this.#folder).code !== 'WORKSPACE_FULL') throw error;
    }
  }

  #forget(run: RunRow): void {
    for (const layer of layersOf(this.#database, run.number)) this.#planes.forget(layer.id);
  }
}
