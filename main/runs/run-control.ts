import {
  COMMAND_PAUSE,
  COMMAND_RUN,
  COMMAND_STOP,
  CONTROL_ACKNOWLEDGED,
  CONTROL_COMMAND,
  CONTROL_WORDS,
} from '../trainer/messages.ts';

/**
 * The words that steer a training thread; they are there before the thread is, so that a run can be paused or stopped
 * while it is starting. A stop is final.
 */
export class RunControl {
  readonly memory = new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT);
  readonly #words = new Int32Array(this.memory);

  pause(): void {
    this.#command(COMMAND_PAUSE);
  }

  run(): void {
    this.#command(COMMAND_RUN);
  }

  /** Between two steps. */
  stop(): void {
    this.#command(COMMAND_STOP);
    Atomics.notify(this.#words, CONTROL_ACKNOWLEDGED);
  }

  /** Tells the thread that one more epoch record is on disk. */
  acknowledge(): void {
    Atomics.add(this.#words, CONTROL_ACKNOWLEDGED, 1);
    Atomics.notify(this.#words, CONTROL_ACKNOWLEDGED);
  }

  #command(command: number): void {
    if (Atomics.load(this.#words, CONTROL_COMMAND) === COMMAND_STOP) return;
    Atomics.store(this.#words, CONTROL_COMMAND, command);
    Atomics.notify(this.#words, CONTROL_COMMAND);
  }
}
