import type { Worker } from 'node:worker_threads';
import { CascadeError } from '../../../../common/errors.ts';
import type { ImageSource } from '../dataset.ts';
import { startImageThread } from './start-thread.ts';
import {
  BUSY,
  CLOSED,
  CONSUMED,
  EMPTY,
  FAILED,
  FAILURE_BYTES,
  SIGNAL,
  TAKEN,
  TOTAL,
  WORDS,
  type Ring,
  type ServeTask,
} from './tasks.ts';

/** Memory for images that wait for their step. */
export const RING_BYTES = 128 * 1024 ** 2;
const LONGEST_MESSAGE = 4096;
/** Milliseconds without an image after which a thread must have died. */
const PATIENCE = 120_000;

export interface StreamOptions {
  source: ServeTask['source'];
  imageBytes: number;
  /** Rows of all splits, which is more than any reading order has. */
  rows: number;
  threads: number;
  /** Images that the ring holds; as many as 128 MiB hold unless told. */
  slots?: number;
}

/** Threads that read the images which the trainer will want next; one stream serves all splits, one at a time. */
export class ImageStream {
  readonly #ring: Ring;
  readonly #words: Int32Array;
  readonly #states: Int32Array;
  readonly #pixels: Uint8Array;
  readonly #rows: number;
  readonly #threads: Worker[] = [];
  #batch = new Uint8Array();
  #owner: ImageSource | null = null;
  #position = 0;
  #waited = 0;

  private constructor({ imageBytes, rows, slots }: StreamOptions) {
    const held = Math.max(1, Math.min(slots ?? Math.max(2, Math.floor(RING_BYTES / imageBytes)), rows));
    this.#ring = {
      imageBytes,
      slots: held,
      pixels: new SharedArrayBuffer(held * imageBytes),
      states: new SharedArrayBuffer(4 * held),
      readingOrder: new SharedArrayBuffer(4 * rows),
      words: new SharedArrayBuffer(4 * WORDS),
      failure: new SharedArrayBuffer(LONGEST_MESSAGE),
    };
    this.#rows = rows;
    this.#words = new Int32Array(this.#ring.words);
    this.#states = new Int32Array(this.#ring.states);
    this.#pixels = new Uint8Array(this.#ring.pixels);
  }

  /** Starts the threads; they then need nothing of this thread's event loop. */
  static async open(options: StreamOptions): Promise<ImageStream> {
    const stream = new ImageStream(options);
    const task: ServeTask = { kind: 'serve', source: options.source, ring: stream.#ring };
    try {
      await Promise.all(
        Array.from({ length: options.threads }, async () => {
          const thread = startImageThread(task);
          stream.#threads.push(thread);
          await new Promise((resolve, reject) => {
            thread.once('message', resolve);
            thread.once('error', reject);
          });
          // A run that ends without closing its data must not wait for them.
          thread.unref();
        }),
      );
    } catch (error) {
      await stream.close();
      throw error;
    }
    return stream;
  }

  /** The images of one split: row `i` of the split is row `rows[i]` of the stream. */
  split(rows: Int32Array): ImageSource {
    return new SplitSource(this, rows);
  }

  /** Seconds that `take` has waited, in all. */
  get waited(): number {
    return this.#waited;
  }

  isFor(owner: ImageSource): boolean {
    return this.#owner === owner;
  }

  /** Lets the threads read these rows, in order, in place of whatever was announced. */
  start(owner: ImageSource, batches: readonly Int32Array[], rowOf: Int32Array): void {
    const words = this.#words;
    const total = batches.reduce((sum, { length }) => sum + length, 0);
    if (total > this.#rows)
      throw new RangeError(`A reading order of ${total} images for ${this.#rows} rows.`);
    Atomics.store(words, TOTAL, 0);
    // Whoever is within the ring finishes; whoever comes now finds nothing to take.
    for (let busy; (busy = Atomics.load(words, BUSY)) > 0;) this.#waitFor(words, BUSY, busy);
    const readingOrder = new Int32Array(this.#ring.readingOrder);
    let position = 0;
    for (const batch of batches) for (const index of batch) readingOrder[position++] = rowOf[index]!;
    for (let slot = 0; slot < this.#ring.slots; slot++) Atomics.store(this.#states, slot, EMPTY);
    this.#owner = owner;
    this.#position = 0;
    Atomics.store(words, CONSUMED, 0);
    Atomics.store(words, TAKEN, 0);
    Atomics.store(words, TOTAL, total);
    this.#signal();
  }

  /** The next `count` images of the reading order. @throws CascadeError BAD_DATA_FILE */
  take(count: number): Uint8Array {
    const { imageBytes, slots } = this.#ring;
    if (this.#batch.length < count * imageBytes) this.#batch = new Uint8Array(count * imageBytes);
    for (let image = 0; image < count; image++) {
      const slot = this.#position % slots;
      let state = Atomics.load(this.#states, slot);
      if (state === EMPTY) {
        const since = performance.now();
        while ((state = Atomics.load(this.#states, slot)) === EMPTY) this.#waitFor(this.#states, slot, EMPTY);
        this.#waited += (performance.now() - since) / 1000;
      }
      if (state === FAILED) throw this.#failure();
      const pixels = this.#pixels.subarray(slot * imageBytes, (slot + 1) * imageBytes);
      this.#batch.set(pixels, image * imageBytes);
      Atomics.store(this.#states, slot, EMPTY);
      this.#position += 1;
      Atomics.store(this.#words, CONSUMED, this.#position);
      this.#signal();
    }
    return this.#batch.subarray(0, count * imageBytes);
  }

  async close(): Promise<void> {
    Atomics.store(this.#words, CLOSED, 1);
    this.#signal();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #signal(): void {
    Atomics.add(this.#words, SIGNAL, 1);
    Atomics.notify(this.#words, SIGNAL);
  }

  #waitFor(words: Int32Array, index: number, value: number): void {
    if (Atomics.wait(words, index, value, PATIENCE) !== 'timed-out') return;
    throw new CascadeError(
      'BAD_DATA_FILE',
      `No image has come from the disk for ${PATIENCE / 1000} seconds: is it still there?`,
    );
  }

  #failure(): CascadeError {
    const bytes = new Uint8Array(this.#ring.failure).slice(0, Atomics.load(this.#words, FAILURE_BYTES));
    return new CascadeError('BAD_DATA_FILE', new TextDecoder().decode(bytes));
  }
}

class SplitSource implements ImageSource {
  readonly #stream: ImageStream;
  readonly #rows: Int32Array;
  #batches: readonly Int32Array[] = [];
  #next = 0;
  #waited = 0;

  constructor(stream: ImageStream, rows: Int32Array) {
    this.#stream = stream;
    this.#rows = rows;
  }

  get waited(): number {
    return this.#waited;
  }

  announce(batches: readonly Int32Array[]): void {
    this.#batches = batches;
    this.#next = 0;
    this.#stream.start(this, batches, this.#rows);
  }

  next(): Uint8Array {
    const batch = this.#batches[this.#next];
    if (!batch) throw new RangeError('There is no batch left of those announced.');
    // Another split was read meanwhile, as when a network is evaluated within an epoch: go on where this one was.
    if (!this.#stream.isFor(this)) this.#stream.start(this, this.#batches.slice(this.#next), this.#rows);
    const before = this.#stream.waited;
    const images = this.#stream.take(batch.length);
    this.#waited += this.#stream.waited - before;
    this.#next += 1;
    return images;
  }
}
