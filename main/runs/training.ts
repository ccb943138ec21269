import type { Progress, WorkstationEvent } from '../../common/contract/schemas.ts';
import type { CascadeError } from '../../common/errors.ts';
import { messageOf } from '../../common/errors.ts';
import type { Compilation, RunEnvironment, RunEvent } from '../../common/records.ts';
import type { TrainerEnd, TrainerInput, TrainerMessage } from '../trainer/messages.ts';
import { createLedger, isOwing } from '../trainer/tensorflow/ledger.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { measuredSpeed } from '../studies/estimate.ts';
import { expectedData, findStartingPoint } from './starting-point.ts';
import { findMasks } from './masks.ts';
import { findMending, mendingEnd, mendingText } from './mending.ts';
import { RunControl } from './run-control.ts';
import { isWorkspaceLost, isWorkspaceTrouble, type RunJournal } from './run-journal.ts';
import { TimeLeft } from './time-left.ts';
import { TrainerThread, type ThreadStart } from './trainer-thread.ts';

export interface TrainingOptions {
  workspace: Workspace;
  journal: RunJournal;
  application: string;
  /** Intra-op threads of a new run without a control. */
  threads: number;
  /** Number of the GPU that it is dealt; null leaves it to TensorFlow. */
  gpu: number | null;
  emit(event: WorkstationEvent): void;
  onPrepared(environment: RunEnvironment): void;
  /** An epoch is on disk: runs that wait for it may begin. */
  onRecorded(): void;
  /** Frees what the engine of a thread owned that could not do so itself; not in this thread, because it takes a while. */
  reclaim(ledger: SharedArrayBuffer): Promise<void>;
  thread?: ThreadStart;
}

type EpochMessage = Extract<TrainerMessage, { type: 'epoch' }>;

/** What a person, or the end of the program, wants of a run. */
type Wish = 'train' | 'stop' | 'close';

const CLOSED = 'The workstation was closed.';

/** One run in training, from its start to its end: finished, failed, stopped or interrupted. */
export class Training {
  readonly id: string;
  /** Settles when the thread is gone and the end is written down. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: TrainingOptions;
  readonly #control = new RunControl();
  #wish: Wish = 'train';
  #thread: TrainerThread | null = null;
  #timeLeft = new TimeLeft(0);
  #progress: Progress | null = null;
  #preparing: string | null = null;
  #paused = false;
  #epoch = 0;
  #recorded = -1;
  #unwrittenEnvironment: RunEnvironment | null = null;
  /** Epochs whose checkpoints are made again; null where the run has epochs to train. */
  #mending: number[] | null = null;
  /** A record that the disk did not take, and why, kept until the run is resumed. */
  #held: { message: EpochMessage; error: CascadeError } | null = null;
  /** Everything of the run is handled in the order in which it came. */
  #tail = Promise.resolve();
  /** What made it impossible to go on, other than the thread. */
  #failure: unknown = null;

  constructor(id: string, options: TrainingOptions) {
    this.id = id;
    this.#options = options;
    this.ended = this.#live();
  }

  /** Last epoch on disk, -1 before the first. */
  get recorded(): number {
    return this.#recorded;
  }

  /** What it is at before its first step, a sentence; null where nothing takes a while. */
  get preparing(): string | null {
    return this.#preparing;
  }

  get progress(): Progress | null {
    return this.#progress;
  }

  /** Whether it was told to end. */
  get isEnding(): boolean {
    return this.#wish !== 'train';
  }

  pause(): void {
    this.#control.pause();
  }

  /** Goes on; first with the record that the disk did not take. @throws CascadeError WORKSPACE_FULL and its like where it still does not */
  async resume(): Promise<void> {
    await this.#inOrder(async () => {
      if (this.#held) await this.#record(this.#held.message);
    });
    if (this.#held) throw this.#held.error;
    this.#control.run();
    await this.#inOrder(() => this.#setPaused(false, this.#epoch, null));
  }

  /** Ends it between two steps, resumable from its last checkpoint. */
  async end(wish: 'stop' | 'close'): Promise<void> {
    if (this.#wish === 'train') this.#wish = wish;
    this.#control.stop();
    this.#thread?.end();
    await this.ended;
  }

  async #live(): Promise<void> {
    const { journal } = this.#options;
    let end: TrainerEnd;
    try {
      end = await this.#train();
      if (this.#failure !== null) throw this.#failure;
    } catch (error) {
      end = { type: 'failed', code: isWorkspaceLost(error) ? 'LOST' : 'RUN', message: messageOf(error) };
    }
    journal.over(this.id);
    await this.#writeEnd(end).catch((error: unknown) => journal.trouble(this.id, error));
  }

  #writeEnd(end: TrainerEnd): Promise<void> {
    const { journal } = this.#options;
    const { id } = this;
    const event = (kind: RunEvent['kind'], epoch: number | null, message: string): RunEvent => ({
      kind,
      epoch,
      message,
      data: {},
    });
    if (this.#mending && !isLost(end)) {
      const { reason, message } = mendingEnd(this.#mending, end);
      return journal.change(id, 'finished', reason, event('checkpoints-mended', null, message));
    }
    switch (end.type) {
      case 'finished':
        return journal.change(
          id,
          'finished',
          null,
          event('finished', end.epoch, `Finished after ${end.epoch} epochs.`),
        );
      case 'stopped':
        return this.#wish === 'close'
          ? journal.change(id, 'interrupted', CLOSED, event('interrupted', end.epoch, CLOSED))
          : journal.change(
              id,
              'stopped',
              null,
              event('stopped', end.epoch, `Stopped in epoch ${end.epoch + 1}.`),
            );
      case 'failed': {
        // That the workspace was lost is no fault of the run: it goes on once the workspace is opened again.
        const state = isLost(end) ? 'interrupted' : 'failed';
        return journal.change(id, state, end.message, {
          ...event(state, null, end.message),
          data: { code: end.code },
        });
      }
    }
  }

  async #train(): Promise<TrainerEnd> {
    const { journal, reclaim, thread } = this.#options;
    const { input, epoch, given, done } = await this.#prepare();
    if (done) return { type: 'finished', epoch: epoch ?? 0 };
    if (this.isEnding) return { type: 'stopped', epoch: epoch ?? 0 };
    await journal.change(this.id, 'running', this.#mending && mendingText(this.#mending), {
      kind: epoch === null ? 'started' : 'resumed',
      epoch,
      message: this.#mending
        ? mendingText(this.#mending)
        : epoch === null
          ? 'Started.'
          : `Resumed after epoch ${epoch}.`,
      data: {},
    });
    for (let shared = 0; shared <= given; shared++) await journal.announceEpoch(this.id, shared);
    if (this.isEnding) return { type: 'stopped', epoch: epoch ?? 0 };
    const ledger = createLedger();
    this.#thread = new TrainerThread(
      `trainer ${this.id}`,
      { ...input, ledger },
      (message) => void this.#inOrder(() => this.#handle(message)),
      thread,
    );
    const end = await this.#thread.ended;
    await this.#tail;
    if (isOwing(ledger)) await reclaim(ledger).catch((error: unknown) => journal.trouble(this.id, error));
    return end;
  }

  /**
   * What the thread is started with, the epoch of its own that it goes on after, and the last that its trunk gave it; or
   * that there is nothing to do.
   */
  async #prepare(): Promise<{
    input: Omit<TrainerInput, 'ledger'>;
    epoch: number | null;
    given: number;
    done: boolean;
  }> {
    const { workspace, application, threads } = this.#options;
    const { summary, specification, environment, pruningEpochs } = await workspace.getRun(this.id);
    const own = environment as
      | (Omit<RunEnvironment, 'compile'> & { compile?: Compilation | null; checkpointEvery?: number | null })
      | null;
    const complete = summary.epochsDone === summary.epochsTotal;
    const mending = complete ? await findMending(workspace, this.id) : null;
    this.#mending = mending?.epochs ?? null;
    const checkpoint = mending ? mending.from : await workspace.lastCheckpoint(this.id);
    const masks = await findMasks(workspace, summary, pruningEpochs, checkpoint?.epoch ?? null);
    const startingPoint = checkpoint ? null : await findStartingPoint(workspace, summary, specification, own);
    this.#timeLeft = new TimeLeft(summary.epochsTotal);
    void this.#expectTime(specification);
    const wishes = await workspace.checkpointWishes(this.id);
    return {
      epoch: checkpoint?.epoch ?? null,
      given: startingPoint?.trunk?.given ?? -1,
      done: complete && mending === null,
      input: {
        specification,
        seed: summary.seed,
        application,
        // The run's own where it has begun, because the number of threads decides its bits.
        threads: own?.threads ?? startingPoint?.threads ?? threads,
        gpu: this.#options.gpu,
        compile: own ? (own.compile ?? null) : (startingPoint?.compile ?? 'choose'),
        datasetHash: await expectedData(workspace, summary, specification, own, startingPoint),
        // What an earlier version kept of a run's wish stands in its environment.
        checkpointEvery: wishes.every ?? own?.checkpointEvery ?? null,
        checkpointEpochs: [...wishes.epochs, ...(mending?.epochs ?? [])],
        checkpoint: checkpoint?.bytes ?? startingPoint?.trunk?.checkpoint ?? null,
        shared: startingPoint?.trunk?.shared ?? null,
        rewind: startingPoint?.trunk?.rewind ?? null,
        masks,
        until: mending?.epochs.at(-1) ?? null,
        control: this.#control.memory,
      },
    };
  }

  /** Nothing waits for it: it is told once it is known. */
  async #expectTime(specification: RunSpecification): Promise<void> {
    const timeLeft = this.#timeLeft;
    const speeds = await this.#options.workspace.speeds().catch(() => []);
    const seconds = measuredSpeed(specification, speeds)?.secondsPerEpoch;
    if (seconds !== undefined) timeLeft.expect(seconds);
  }

  async #handle(message: Exclude<TrainerMessage, TrainerEnd>): Promise<void> {
    const { journal, emit, onPrepared } = this.#options;
    switch (message.type) {
      case 'preparing':
        this.#preparing = message.text;
        return journal.announce(this.id);
      case 'prepared':
        this.#preparing = null;
        onPrepared(message.environment);
        this.#unwrittenEnvironment = message.environment;
        // Where the disk takes nothing now, the first record will have to wait for it too.
        if (!this.#mending) await this.#writeEnvironment().catch((error: unknown) => this.#bearable(error));
        return journal.announce(this.id);
      case 'progress': {
        const { epoch, step, steps, trainLoss } = message;
        const secondsLeft = this.#timeLeft.seconds(epoch, step, steps);
        this.#epoch = epoch - 1;
        this.#progress = { epoch, step, steps, trainLoss, secondsLeft };
        return emit({ type: 'progress', id: this.id, progress: this.#progress });
      }
      case 'epoch':
        this.#epoch = message.record.epoch;
        this.#timeLeft.epochDone(message.record.metrics.steps > 0);
        return this.#record(message);
      case 'paused':
        return this.#setPaused(true, message.epoch, null);
      case 'continued':
        return this.#setPaused(false, message.epoch, null);
    }
  }

  /** Writes a record; where the disk does not take it the run pauses with it in hand, and resuming tries again. */
  async #record(message: EpochMessage): Promise<void> {
    const { journal, onRecorded } = this.#options;
    const { record, events } = message;
    try {
      await this.#store(message);
    } catch (error) {
      this.#held = { message, error: this.#bearable(error) };
      this.#control.pause();
      const next = `\`cascade resume ${this.id}\` goes on then.`;
      return this.#setPaused(true, record.epoch, `${messageOf(error)} ${next}`);
    }
    this.#held = null;
    this.#recorded = record.epoch;
    journal.over(this.id);
    this.#control.acknowledge();
    onRecorded();
    await journal.announceEpoch(this.id, record.epoch);
    if (!this.#mending) for (const event of events) journal.told(this.id, event);
    await journal.announce(this.id);
    await journal.announceCompared(this.id, record.epoch);
  }

  async #store({ record, checkpoint, events }: EpochMessage): Promise<void> {
    const { workspace } = this.#options;
    // What is stored stays: a checkpoint is made again, or it is said why it cannot be.
    if (this.#mending) return workspace.mendEpoch(this.id, record, checkpoint);
    await this.#writeEnvironment();
    await workspace.recordEpoch(this.id, record, checkpoint, events);
  }

  async #writeEnvironment(): Promise<void> {
    if (!this.#unwrittenEnvironment) return;
    await this.#options.workspace.setEnvironment(this.id, this.#unwrittenEnvironment);
    this.#unwrittenEnvironment = null;
  }

  /** Takes note of a workspace that cannot be written now; whatever else it is, it is thrown on and ends the run. */
  #bearable(error: unknown): CascadeError {
    if (!isWorkspaceTrouble(error) || isWorkspaceLost(error)) throw error;
    this.#options.journal.trouble(this.id, error);
    return error;
  }

  async #setPaused(paused: boolean, epoch: number, reason: string | null): Promise<void> {
    if (this.#paused === paused && reason === null) return;
    this.#paused = paused;
    if (paused) this.#timeLeft.pause();
    else this.#timeLeft.resume();
    const message = paused ? (reason ?? `Paused in epoch ${epoch + 1}.`) : `Went on in epoch ${epoch + 1}.`;
    const kind = paused ? 'paused' : 'resumed';
    const event: RunEvent = { kind, epoch, message, data: {} };
    await this.#options.journal.change(this.id, paused ? 'paused' : 'running', reason, event);
  }

  /** Settles when the work is done; what it throws ends the run. */
  #inOrder(work: () => Promise<void> | void): Promise<void> {
    this.#tail = this.#tail.then(work).catch((error: unknown) => {
      this.#failure ??= error;
      if (isWorkspaceLost(error)) this.#options.journal.trouble(this.id, error);
      this.#control.stop();
      this.#thread?.end();
    });
    return this.#tail;
  }
}

function isLost(end: TrainerEnd): boolean {
  return end.type === 'failed' && end.code === 'LOST';
}
