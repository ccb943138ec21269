import { Worker } from 'node:worker_threads';
import { messageOf } from '../../common/errors.ts';
import {
  COMMAND_PAUSE,
  COMMAND_RUN,
  COMMAND_STOP,
  CONTROL_ACKNOWLEDGED,
  CONTROL_COMMAND,
  CONTROL_WORDS,
  type TrainerInput,
  type TrainerMessage,
} from '../trainer/messages.ts';
import { threadUrl } from '../threads.ts';

/**
 * A run that is training in its thread. Passes the thread's messages on; a thread that dies of itself becomes a
 * 'failed' message, so that exactly one of finished, failed and stopped ends the stream.
 */
export class ActiveRun {
  readonly id: string;
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT));
  readonly #worker: Worker;
  readonly #exited: Promise<void>;

  constructor(
    id: string,
    input: Omit<TrainerInput, 'control'>,
    onMessage: (message: TrainerMessage) => void,
  ) {
    this.id = id;
    const workerData: TrainerInput = { ...input, control: this.#control.buffer as SharedArrayBuffer };
    this.#worker = new Worker(threadUrl('trainer'), { workerData, name: `trainer ${id}` });
    let ended = false;
    const pass = (message: TrainerMessage): void => {
      if (ended) return;
      ended = message.type === 'finished' || message.type === 'failed' || message.type === 'stopped';
      onMessage(message);
    };
    this.#worker.on('message', pass);
    this.#worker.on('error', (error) =>
      pass({ type: 'failed', code: 'TRAINER_CRASHED', message: crashSentence(error) }),
    );
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        pass({
          type: 'failed',
          code: 'TRAINER_ENDED',
          message: `The training thread ended by itself (code ${code}).`,
        });
        resolve();
      });
    });
  }

  /** Tells the thread that one more epoch record is on disk. */
  acknowledge(): void {
    Atomics.add(this.#control, CONTROL_ACKNOWLEDGED, 1);
    Atomics.notify(this.#control, CONTROL_ACKNOWLEDGED);
  }

  pause(): void {
    this.#command(COMMAND_PAUSE);
  }
  resume(): void {
    this.#command(COMMAND_RUN);
  }
  /** Between two steps; the thread answers 'stopped'. */
  stop(): void {
    this.#command(COMMAND_STOP);
    Atomics.notify(this.#control, CONTROL_ACKNOWLEDGED);
  }

  /** Ends the thread wherever it is, when it does not end by itself within the given time. */
  async end(milliseconds: number): Promise<void> {
    const timer = setTimeout(() => void this.#worker.terminate(), milliseconds);
    await this.#exited;
    clearTimeout(timer);
  }

  #command(command: number): void {
    Atomics.store(this.#control, CONTROL_COMMAND, command);
    Atomics.notify(this.#control, CONTROL_COMMAND);
  }
}

function crashSentence(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'The training thread ran out of memory: use a smaller batch or network.';
  return `The training thread crashed: ${messageOf(error)}`;
}
