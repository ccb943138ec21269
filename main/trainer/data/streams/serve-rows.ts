import { openSync, readSync } from 'node:fs';
import { CascadeError, messageOf } from '../../../../common/errors.ts';
import { badFile } from '../formats/files.ts';
import { RowDecoder } from './row-decoder.ts';
import {
  BUSY,
  CLOSED,
  CONSUMED,
  FAILED,
  FAILURE_BYTES,
  FILLED,
  SIGNAL,
  TAKEN,
  TOTAL,
  type Ring,
  type ServeTask,
} from './tasks.ts';

/** Fills free slots of the ring with the next rows of the reading order, until the trainer closes it. */
export function serveRows({ source, ring }: ServeTask, started: () => void): void {
  const words = new Int32Array(ring.words);
  const readingOrder = new Int32Array(ring.readingOrder);
  const states = new Int32Array(ring.states);
  const fill = 'pixels' in source ? readingFrom(source.pixels, ring.imageBytes) : decodingWith(source.files);
  started();
  for (;;) {
    const signal = Atomics.load(words, SIGNAL);
    if (Atomics.load(words, CLOSED) !== 0) return;
    Atomics.add(words, BUSY, 1);
    const position = take(words, ring.slots);
    if (position !== null) {
      const slot = position % ring.slots;
      const target = new Uint8Array(ring.pixels, slot * ring.imageBytes, ring.imageBytes);
      let state = FILLED;
      try {
        fill(readingOrder[position]!, target);
      } catch (error) {
        explain(ring, error);
        state = FAILED;
      }
      Atomics.store(states, slot, state);
      Atomics.notify(states, slot);
    }
    if (Atomics.sub(words, BUSY, 1) === 1) Atomics.notify(words, BUSY);
    // Had anything changed since it was looked at, this would not wait.
    if (position === null) Atomics.wait(words, SIGNAL, signal);
  }
}

/** The next position whose slot is free. */
function take(words: Int32Array, slots: number): number | null {
  for (;;) {
    const total = Atomics.load(words, TOTAL);
    const taken = Atomics.load(words, TAKEN);
    if (taken >= total || taken >= Atomics.load(words, CONSUMED) + slots) return null;
    if (Atomics.compareExchange(words, TAKEN, taken, taken + 1) === taken) return taken;
  }
}

type Fill = (row: number, target: Uint8Array) => void;

function readingFrom(file: string, imageBytes: number): Fill {
  const handle = openSync(file, 'r');
  return (row, target) => {
    let done = 0;
    while (done < imageBytes) {
      let read: number;
      try {
        read = readSync(handle, target, done, imageBytes - done, row * imageBytes + done);
      } catch (error) {
        throw badFile(file, `cannot be read (${messageOf(error)}).`, error);
      }
      if (read === 0) throw badFile(file, `ended before image ${row} while it was in use.`);
      done += read;
    }
  };
}

function decodingWith(files: ConstructorParameters<typeof RowDecoder>[0]): Fill {
  const decoder = new RowDecoder(files);
  process.once('exit', () => decoder.close());
  return (row, target) => target.set(decoder.decode(row));
}

function explain(ring: Ring, error: unknown): void {
  const failure = new Uint8Array(ring.failure);
  const text = new TextEncoder().encode(error instanceof CascadeError ? error.message : messageOf(error));
  const length = Math.min(text.length, failure.length);
  failure.set(text.subarray(0, length));
  Atomics.store(new Int32Array(ring.words), FAILURE_BYTES, length);
}
