import type { EpochSummary, Progress, RunSummary, WorkstationEvent } from '../../common/contract/schemas.ts';
import { CascadeError, messageOf } from '../../common/errors.ts';
import type { RunEnvironment, RunEvent } from '../../common/records.ts';
import type { TrainerInput, TrainerMessage } from '../trainer/messages.ts';
import { planRun } from '../trainer/plan.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { ActiveRun } from './active-run.ts';
import { TimeLeft } from './time-left.ts';

export interface RunManagerOptions {
  workspace: Workspace;
  application: string;
  concurrency: number;
  /** Intra-op threads of a new run; a resumed one keeps its own, because they decide its bits. */
  threads: number;
  emit(event: WorkstationEvent): void;
  onPrepared(environment: RunEnvironment): void;
}

type EpochMessage = Extract<TrainerMessage, { type: 'epoch' }>;

interface Training {
  active: ActiveRun;
  timeLeft: TimeLeft;
  progress: Progress | null;
  paused: boolean;
  /** A record that could not be written, kept until the run is resumed. */
  unwritten: EpochMessage | null;
  /** Everything of the run is handled in the order in which it came. */
  tail: Promise<void>;
}

/** How long a thread may take to end by itself before it is ended. */
const PATIENCE = 5_000;

/** The life of runs: queued → running → paused → finished, failed, stopped or interrupted. */
export class RunManager {
  readonly #options: RunManagerOptions;
  readonly #queue: string[] = [];
  readonly #training = new Map<string, Training>();
  readonly #starting = new Set<string>();
  #concurrency: number;
  #closing = false;

  constructor(options: RunManagerOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
    this.#fill();
  }

  progressOf(id: string): Progress | null {
    return this.#training.get(id)?.progress ?? null;
  }

  /** Queues a run that is not finished; one that is queued or training already stays where it is. */
  async enqueue(id: string): Promise<void> {
    if (this.#isBusy(id)) return;
    this.#queue.push(id);
    await this.#options.workspace.setState(id, 'queued', null);
    await this.#log(id, { kind: 'queued', epoch: null, message: 'Queued.', data: {} });
    await this.#announce(id);
    this.#fill();
  }

  /** @throws CascadeError CONFLICT when it is not training */
  async pause(id: string): Promise<void> {
    const training = this.#training.get(id);
    if (!training) throw this.#conflict(id, 'is not training, so it can not be paused');
    training.active.pause();
  }

  /** Lets a paused run go on, and queues one that was stopped, interrupted or failed. */
  async resume(id: string): Promise<void> {
    const training = this.#training.get(id);
    if (!training) {
      const { state } = (await this.#options.workspace.getRun(id)).summary;
      if (state === 'finished') throw this.#conflict(id, 'is finished: there is nothing to resume');
      return this.enqueue(id);
    }
    const { unwritten } = training;
    if (unwritten) {
      training.unwritten = null;
      this.#inOrder(id, training, () => this.#record(id, training, unwritten));
    }
    training.active.resume();
  }

  /** Ends a run between two steps, so that it can be resumed from its last checkpoint. */
  async stop(id: string): Promise<void> {
    const queued = this.#queue.indexOf(id);
    if (queued >= 0) {
      this.#queue.splice(queued, 1);
      return this.#end(id, 'stopped', 'stopped', null, 'Stopped before it began.', null);
    }
    const training = this.#training.get(id);
    if (!training) {
      if (this.#starting.has(id)) throw this.#conflict(id, 'is just starting: try again in a moment');
      throw this.#conflict(id, 'is not training, so it can not be stopped');
    }
    training.active.stop();
    await training.active.end(PATIENCE);
    await training.tail;
  }

  /** @throws CascadeError CONFLICT while the run is queued or training */
  assertIdle(id: string): void {
    if (this.#isBusy(id)) throw this.#conflict(id, 'is queued or training: stop it first');
  }

  /** Stops all training; the runs stay resumable, as interrupted. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#queue.length = 0;
    await Promise.all(
      [...this.#training.values()].map(async ({ active, tail }) => {
        active.stop();
        await active.end(PATIENCE);
        await tail;
      }),
    );
  }

  #isBusy(id: string): boolean {
    return this.#queue.includes(id) || this.#training.has(id) || this.#starting.has(id);
  }

  #conflict(id: string, what: string): CascadeError {
    return new CascadeError('CONFLICT', `The run ${id} ${what}.`);
  }

  /** Starts queued runs while there is room. */
  #fill(): void {
    while (!this.#closing && this.#training.size + this.#starting.size < this.#concurrency) {
      const id = this.#queue.shift();
      if (id === undefined) return;
      this.#starting.add(id);
      this.#start(id)
        .catch((error: unknown) =>
          this.#end(id, 'failed', 'failed', null, messageOf(error), messageOf(error)),
        )
        .catch((error: unknown) => this.#workspaceFailed(error))
        .finally(() => {
          this.#starting.delete(id);
          this.#fill();
        });
    }
  }

  async #start(id: string): Promise<void> {
    const { workspace, application, threads } = this.#options;
    const detail = await workspace.getRun(id);
    const checkpoint = await workspace.lastCheckpoint(id);
    if (this.#closing) return;
    const before = detail.environment as Partial<RunEnvironment> | null;
    const input: Omit<TrainerInput, 'control'> = {
      specification: detail.specification,
      seed: detail.summary.seed,
      application,
      threads: before?.threads ?? threads,
      device: null,
      library: null,
      checkpoint: checkpoint?.bytes ?? null,
      datasetHash: before?.datasetHash ?? null,
      checkpointEvery: null,
    };
    await workspace.setState(id, 'running', null);
    await this.#log(id, {
      kind: checkpoint ? 'resumed' : 'started',
      epoch: checkpoint?.epoch ?? null,
      message: checkpoint ? `Resumed after epoch ${checkpoint.epoch}.` : 'Started.',
      data: {},
    });
    const training: Training = {
      active: new ActiveRun(id, input, (message) =>
        this.#inOrder(id, training, () => this.#handle(id, training, message)),
      ),
      timeLeft: new TimeLeft(planRun(detail.specification).epochs),
      progress: null,
      paused: false,
      unwritten: null,
      tail: Promise.resolve(),
    };
    this.#training.set(id, training);
    await this.#announce(id);
  }

  #inOrder(id: string, training: Training, work: () => Promise<void>): void {
    training.tail = training.tail.then(work).catch((error: unknown) => {
      training.active.stop();
      this.#workspaceFailed(error);
      this.#training.delete(id);
    });
  }

  async #handle(id: string, training: Training, message: TrainerMessage): Promise<void> {
    switch (message.type) {
      case 'prepared':
        this.#options.onPrepared(message.environment);
        await this.#options.workspace.setEnvironment(id, message.environment);
        return this.#announce(id);
      case 'progress': {
        const { epoch, step, steps, trainLoss } = message;
        const secondsLeft = training.timeLeft.seconds(epoch, step, steps);
        training.progress = { epoch, step, steps, trainLoss, secondsLeft };
        this.#options.emit({ type: 'progress', id, progress: training.progress });
        return;
      }
      case 'epoch':
        training.timeLeft.epochDone();
        return this.#record(id, training, message);
      case 'paused':
        training.timeLeft.pause();
        return this.#setPaused(id, training, true, message.epoch, null);
      case 'continued':
        training.timeLeft.resume();
        return this.#setPaused(id, training, false, message.epoch, null);
      case 'stopped':
        return this.#closing
          ? this.#end(
              id,
              'interrupted',
              'interrupted',
              message.epoch,
              'The workstation was closed.',
              'The workstation was closed.',
            )
          : this.#end(
              id,
              'stopped',
              'stopped',
              message.epoch,
              `Stopped in epoch ${message.epoch + 1}.`,
              null,
            );
      case 'finished':
        return this.#end(
          id,
          'finished',
          'finished',
          message.epoch,
          `Finished after ${message.epoch} epochs.`,
          null,
        );
      case 'failed':
        return this.#end(id, 'failed', 'failed', null, message.message, message.message);
    }
  }

  /** Writes a record; when the disk is full the run pauses with the record in hand, and resuming tries again. */
  async #record(id: string, training: Training, message: EpochMessage): Promise<void> {
    const { workspace, emit } = this.#options;
    try {
      await workspace.recordEpoch(id, message.record, message.checkpoint, message.events);
    } catch (error) {
      if (!(error instanceof CascadeError) || error.code !== 'WORKSPACE_FULL') throw error;
      training.unwritten = message;
      training.timeLeft.pause();
      return this.#setPaused(id, training, true, message.record.epoch, error.message);
    }
    training.active.acknowledge();
    if (training.paused && training.unwritten === null)
      await this.#setPaused(id, training, false, message.record.epoch, null);
    const epoch: EpochSummary | undefined = (await workspace.epochs(id)).find(
      (summary) => summary.epoch === message.record.epoch,
    );
    if (epoch) emit({ type: 'epoch', id, epoch });
    for (const event of message.events) emit({ type: 'log', id, event: { ...event, time: Date.now() } });
    await this.#announce(id);
  }

  async #setPaused(
    id: string,
    training: Training,
    paused: boolean,
    epoch: number,
    reason: string | null,
  ): Promise<void> {
    training.paused = paused;
    const message = paused ? (reason ?? `Paused in epoch ${epoch + 1}.`) : `Went on in epoch ${epoch + 1}.`;
    try {
      await this.#options.workspace.setState(id, paused ? 'paused' : 'running', reason);
      await this.#log(id, { kind: paused ? 'paused' : 'resumed', epoch, message, data: {} });
    } catch (error) {
      // A full disk can refuse this too; the window is told all the same, and the run waits.
      if (!(error instanceof CascadeError) || error.code !== 'WORKSPACE_FULL') throw error;
    }
    await this.#announce(id, paused ? { state: 'paused', reason } : {});
  }

  async #end(
    id: string,
    state: 'finished' | 'failed' | 'stopped' | 'interrupted',
    kind: RunEvent['kind'],
    epoch: number | null,
    message: string,
    reason: string | null,
  ): Promise<void> {
    const training = this.#training.get(id);
    this.#training.delete(id);
    await this.#options.workspace.setState(id, state, reason);
    await this.#log(id, { kind, epoch, message, data: {} });
    await this.#announce(id);
    if (training) await training.active.end(PATIENCE);
    this.#fill();
  }

  async #log(id: string, event: RunEvent): Promise<void> {
    await this.#options.workspace.addEvent(id, event);
    this.#options.emit({ type: 'log', id, event: { ...event, time: Date.now() } });
  }

  /** Tells the windows how a run stands now. */
  async #announce(id: string, changes: Partial<RunSummary> = {}): Promise<void> {
    const { summary } = await this.#options.workspace.getRun(id);
    const progress = summary.state === 'running' || summary.state === 'paused' ? this.progressOf(id) : null;
    this.#options.emit({ type: 'run', run: { ...summary, progress, ...changes } });
  }

  #workspaceFailed(error: unknown): void {
    process.stderr.write(`The workspace could not be written: ${messageOf(error)}\n`);
  }
}
