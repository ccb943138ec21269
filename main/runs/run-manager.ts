import type { RunMarks, RunSummary } from '../../common/contract/schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import type { MaskSource } from '../base/mask-source.ts';
import { GpuDealer } from './gpus.ts';
import { findMending } from './mending.ts';
import { Problems } from './problems.ts';
import { RunJournal } from './run-journal.ts';
import { RunQueue, type QueuedRun } from './run-queue.ts';
import { Training, type TrainingOptions } from './training.ts';
import type { Standing } from '../workspace/standing.ts';

export interface RunManagerOptions extends Omit<TrainingOptions, 'journal' | 'onRecorded' | 'gpu'> {
  concurrency: number;
  /** GPUs that runs are dealt to. */
  gpus: number;
  /** Called when `problems` has changed. */
  onProblems(): void;
}

/** Decides which runs train: the queue, in the order asked for, and as many at once as wanted. */
export class RunManager {
  readonly #options: RunManagerOptions;
  readonly #journal: RunJournal;
  readonly #problems: Problems;
  readonly #queue = new RunQueue();
  readonly #gpus: GpuDealer;
  readonly #training = new Map<string, Training>();
  /** Runs that are on their way into the queue, and those on their way out of the workspace. */
  readonly #entering = new Map<string, Promise<void>>();
  readonly #leaving = new Set<string>();
  #concurrency: number;
  #closing = false;

  constructor(options: RunManagerOptions) {
    const { workspace, emit, onProblems } = options;
    this.#options = options;
    this.#concurrency = options.concurrency;
    this.#gpus = new GpuDealer(options.gpus);
    this.#problems = new Problems(onProblems);
    this.#journal = new RunJournal({
      workspace,
      emit,
      problems: this.#problems,
      progressOf: (id) => this.#training.get(id)?.progress ?? null,
      preparingOf: (id) => this.#training.get(id)?.preparing ?? null,
    });
  }

  /** Sentences about the workspace, such as that its disk is full. */
  get problems(): string[] {
    return this.#problems.list;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  /** Runs that are training go on, however few are wanted now. */
  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
    this.#fill();
  }

  /** A stored run as it is now. */
  show(run: RunSummary): RunSummary {
    return this.#journal.show(run);
  }

  /** Of the runs that may stand otherwise than they are stored. */
  get standings(): Standing[] {
    const ids = new Set([...this.#training.keys(), ...this.#journal.unsaved]);
    return [...ids].map((id) => this.#journal.standingOf(id));
  }

  /**
   * Queues a run. One that is queued, training or finished stays as it is, but for a finished one to be mended.
   * @throws CascadeError NOT_FOUND, CONFLICT while it is being deleted
   */
  async enqueue(id: string, mend = false): Promise<void> {
    if (this.#closing) throw this.#conflict(id, 'cannot be queued: the workstation is closing');
    if (this.#leaving.has(id)) throw this.#conflict(id, 'is being deleted');
    const entering = this.#entering.get(id);
    if (entering) return entering;
    if (this.#queue.has(id) || this.#training.has(id)) return;
    const entry = this.#enter(id, mend).finally(() => this.#entering.delete(id));
    this.#entering.set(id, entry);
    return entry;
  }

  /** At the next step. @throws CascadeError CONFLICT when it is not training */
  async pause(id: string): Promise<void> {
    const training = this.#training.get(id);
    if (!training) throw this.#conflict(id, 'is not training, so it cannot be paused');
    if (training.isEnding) {
      // Answered once it has ended: who asks for its state then learns why.
      await training.ended;
      throw this.#conflict(id, 'was being stopped, so it cannot be paused');
    }
    training.pause();
  }

  /**
   * Lets a paused run go on, and queues one that was stopped, interrupted or failed. Of a finished one, checkpoints that
   * are damaged or missing are made again.
   * @throws CascadeError CONFLICT when it is finished and they are whole; WORKSPACE_FULL where the disk still does not take its record
   */
  async resume(id: string): Promise<void> {
    const training = this.#training.get(id);
    if (training && !training.isEnding) {
      await training.resume();
      await this.#journal.catchUp();
      return;
    }
    if (training) await training.ended;
    const { state } = this.show(await this.#options.workspace.summary(id));
    const finished = state === 'finished';
    if (finished && (await findMending(this.#options.workspace, id)) === null)
      throw this.#conflict(id, 'is finished, and its checkpoints are whole: there is nothing to resume');
    await this.enqueue(id, finished);
  }

  /**
   * Gives a run another place among those that wait, and keeps it for later. What it needs and waits too comes along, to
   * be trained before it. Answers with the ids of those.
   *
   * @throws CascadeError NOT_FOUND
   */
  async setPriority(id: string, priority: number): Promise<string[]> {
    const run = await this.#options.workspace.summary(id);
    const raised = this.#queue.needed(run).filter((needed) => needed.priority < priority);
    const moved = [...raised.map((needed) => needed.id), id];
    for (const each of moved) {
      await this.#options.workspace.setPriority(each, priority);
      this.#queue.prioritise(each, priority);
    }
    for (const each of moved) await this.#journal.announce(each);
    return raised.map((needed) => needed.id);
  }

  /** Ends a run between two steps, so that it can be resumed from its last checkpoint. @throws CascadeError CONFLICT */
  async stop(id: string): Promise<void> {
    const entering = this.#entering.get(id);
    if (entering) await entering;
    if (this.#queue.remove(id)) {
      return this.#journal.change(id, 'stopped', null, {
        kind: 'stopped',
        epoch: null,
        message: 'Stopped before it began.',
        data: {},
      });
    }
    const training = this.#training.get(id);
    if (!training) throw this.#conflict(id, 'is not training, so it cannot be stopped');
    await training.end('stop');
  }

  /** Changes what a person notes of the runs. @throws CascadeError CONFLICT where one that waits or trains would go to the bin */
  async mark(ids: readonly string[], marks: RunMarks): Promise<void> {
    const active = marks.binned === true ? ids.find((id) => this.#isActive(id)) : undefined;
    if (active !== undefined) throw this.#conflict(active, 'is queued or training: stop it first');
    await this.#options.workspace.mark(ids, marks);
    const marked = await this.#options.workspace.listRuns({ ids: [...ids] });
    for (const run of marked) this.#options.emit({ type: 'run', run: this.show(run) });
  }

  /** Deletes a run. @throws CascadeError CONFLICT while it is queued or training, or another's control */
  async remove(id: string): Promise<void> {
    if (this.#isActive(id)) throw this.#conflict(id, 'is queued or training: stop it first');
    this.#leaving.add(id);
    try {
      await this.#options.workspace.removeRun(id);
      this.#journal.forget(id);
    } finally {
      this.#leaving.delete(id);
    }
    this.#options.emit({ type: 'removed', id });
  }

  /** Ends all training; runs stay resumable, as interrupted. Those that wait become so when the workspace is next opened. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#queue.clear();
    await Promise.allSettled(this.#entering.values());
    await Promise.all([...this.#training.values()].map((training) => training.end('close')));
    await this.#journal.catchUp();
  }

  #isActive(id: string): boolean {
    return this.#queue.has(id) || this.#training.has(id) || this.#entering.has(id);
  }

  async #enter(id: string, mend: boolean): Promise<void> {
    const run = this.show(await this.#options.workspace.summary(id));
    const { state, masks } = run;
    if ((state === 'finished' && !mend) || this.#closing) return;
    const waits = masks !== null && this.#isComing(masks);
    this.#queue.push(run);
    const reason = waits
      ? `It begins once the run ${masks.id} has epoch ${masks.epoch}, whose masks it takes.`
      : null;
    const written = this.#journal.change(id, 'queued', reason, {
      kind: 'queued',
      epoch: null,
      message: reason ? `Queued. ${reason}` : 'Queued.',
      data: {},
    });
    this.#fill();
    await written;
  }

  /** Starts queued runs while there is room. */
  #fill(): void {
    while (!this.#closing && !this.#journal.lost && this.#training.size < this.#concurrency) {
      const next = this.#queue.next((run) => this.#isReady(run));
      if (next === null) return;
      const { id } = next;
      const gpu = this.#gpus.take();
      const options = { ...this.#options, gpu, journal: this.#journal, onRecorded: () => this.#fill() };
      const training = new Training(id, options);
      this.#training.set(id, training);
      void training.ended.then(() => {
        this.#training.delete(id);
        this.#gpus.giveBack(gpu);
        this.#fill();
      });
    }
  }

  /** Whether a run may begin: what it takes of other runs is on disk, or nobody is about to train it. */
  #isReady({ trunk, masks }: QueuedRun): boolean {
    return [trunk, masks].every((needed) => needed === null || !this.#isComing(needed));
  }

  /** Whether an epoch of another run is still to be trained, by a run that waits or trains. */
  #isComing({ id, epoch }: MaskSource): boolean {
    if (this.#queue.has(id) || this.#entering.has(id)) return true;
    const training = this.#training.get(id);
    return training !== undefined && training.recorded < epoch;
  }

  #conflict(id: string, what: string): CascadeError {
    return new CascadeError('CONFLICT', `The run ${id} ${what}.`);
  }
}
