import type { ThreadClient } from '../threads/client.ts';
import type { CheckerCalls, WriterCalls } from './messages.ts';
import { startThread } from './workspace-thread.ts';

/** A command that is done sooner is not held up by a check that it could not wait for: the next opening begins it again. */
const PATIENCE_MILLISECONDS = 1_000;

/**
 * Reads the database of an open workspace whole, in a thread of its own, after an end that was none in order. What it finds is
 * told, and stops every write.
 */
export class LaterCheck {
  readonly #folder: string;
  readonly #writer: ThreadClient<WriterCalls>;
  readonly #listeners: ((sentence: string) => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #checker: ThreadClient<CheckerCalls> | null = null;
  #closed = false;
  #damage: string | null = null;

  constructor(folder: string, writer: ThreadClient<WriterCalls>) {
    this.#folder = folder;
    this.#writer = writer;
    this.#timer = setTimeout(() => void this.#check(), PATIENCE_MILLISECONDS).unref();
  }

  onDamage(listener: (sentence: string) => void): void {
    if (this.#damage !== null) listener(this.#damage);
    else this.#listeners.push(listener);
  }

  /** Leaves a check that is under way for the next opening. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#checker?.terminate();
  }

  async #check(): Promise<void> {
    const checker = startThread<CheckerCalls>('checker');
    this.#checker = checker;
    try {
      const damage = await checker.call('damage', this.#folder);
      if (this.#closed) return;
      if (damage === null) return await this.#writer.call('noteChecked');
      this.#damage = await this.#writer.call('refuseWrites', damage);
      for (const listener of this.#listeners) listener(this.#damage);
    } catch {
      // The check could not be made, or the workspace was closed meanwhile: the next opening makes it.
    } finally {
      await checker.terminate();
    }
  }
}
