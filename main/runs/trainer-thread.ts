import { Worker, type ResourceLimits } from 'node:worker_threads';
import { messageOf } from '../../common/errors.ts';
import { threadUrl } from '../threads/thread-url.ts';
import type { TrainerEnd, TrainerInput, TrainerMessage } from '../trainer/messages.ts';

/** How a training thread is started; told apart only by tests, which start threads that misbehave. */
export interface ThreadStart {
  url: URL;
  resourceLimits?: ResourceLimits;
  /** Milliseconds that it may take to end by itself once it was told to, or has said that it is done. */
  patience: number;
}

export const TRAINER: ThreadStart = { url: threadUrl('trainer'), patience: 5_000 };

/**
 * A training thread. Its messages are passed on until the one with which it ends; a thread that dies of itself
 * becomes a 'failed', one that had to be ended a 'stopped'.
 */
export class TrainerThread {
  /** Settles once the thread is gone, with its last word; its messages have all been passed on by then. */
  readonly ended: Promise<TrainerEnd>;
  readonly #worker: Worker;
  readonly #patience: number;
  #timer: NodeJS.Timeout | null = null;
  #terminated = false;

  constructor(
    name: string,
    input: TrainerInput,
    onMessage: (message: Exclude<TrainerMessage, TrainerEnd>) => void,
    { url, resourceLimits, patience }: ThreadStart = TRAINER,
  ) {
    this.#patience = patience;
    // Handed over, not copied: copying the weights of a large network would hold up the main thread.
    const handedOver = [...new Set([input.checkpoint?.buffer, input.rewind?.buffer, input.masks?.buffer])];
    this.#worker = new Worker(url, {
      workerData: input,
      name,
      transferList: handedOver.filter((buffer) => buffer instanceof ArrayBuffer),
      ...(resourceLimits ? { resourceLimits } : {}),
    });
    let end: TrainerEnd | null = null;
    let epoch = 0;
    this.#worker.on('message', (message: TrainerMessage) => {
      if (end) return;
      if (message.type === 'epoch') epoch = message.record.epoch;
      if (isEnd(message)) {
        end = message;
        this.#hurry();
      } else onMessage(message);
    });
    this.#worker.on('error', (error) => {
      end ??= { type: 'failed', code: 'TRAINER_CRASHED', message: crashSentence(error) };
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        if (this.#timer) clearTimeout(this.#timer);
        if (this.#terminated) end ??= { type: 'stopped', epoch };
        end ??= {
          type: 'failed',
          code: 'TRAINER_ENDED',
          message: `The training thread ended by itself (code ${code}). Resume the run to go on from its last checkpoint.`,
        };
        resolve(end);
      });
    });
  }

  /** Ends the thread wherever it is, unless it ends by itself within a while. */
  end(): void {
    this.#hurry();
  }

  #hurry(): void {
    this.#timer ??= setTimeout(() => {
      this.#terminated = true;
      void this.#worker.terminate();
    }, this.#patience);
  }
}

function isEnd(message: TrainerMessage): message is TrainerEnd {
  return message.type === 'finished' || message.type === 'failed' || message.type === 'stopped';
}

function crashSentence(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'The training thread ran out of memory: use a smaller batch or network.';
  return `The training thread crashed: ${messageOf(error)}`;
}
