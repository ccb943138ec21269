import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../../../../common/errors.ts';
import { RowDecoder } from './row-decoder.ts';
import { DIGEST_BYTES, FAILURES, NEXT_ROW, type ImportFailure, type ImportTask } from './tasks.ts';

/** After so many bad files the rest is not looked at: it is another kind of folder. */
const MOST_FAILURES = 100;

/** Decodes rows that no other thread has taken yet until there are none; returns those that failed. */
export function importRows(task: ImportTask): ImportFailure[] {
  const { files, count } = task;
  const words = new Int32Array(task.words);
  const digests = new Uint8Array(task.digests);
  const { channels } = files.fit;
  const imageBytes = files.fit.size ** 2 * channels;
  const failures: ImportFailure[] = [];
  const decoder = new RowDecoder(files);
  const output = task.pixels === null ? null : openSync(task.pixels, 'r+');
  try {
    for (;;) {
      const row = Atomics.add(words, NEXT_ROW, 1);
      if (row >= count || Atomics.load(words, FAILURES) >= MOST_FAILURES) return failures;
      let pixels: Uint8ClampedArray;
      try {
        pixels = decoder.decode(row);
      } catch (error) {
        failures.push({ row, message: messageOf(error) });
        Atomics.add(words, FAILURES, 1);
        continue;
      }
      digests.set(createHash('sha256').update(pixels).digest(), row * DIGEST_BYTES);
      sumChannels(pixels, new Float64Array(task.sums, row * channels * 16, channels * 2));
      if (output !== null)
        for (let done = 0; done < imageBytes;)
          done += writeSync(output, pixels, done, imageBytes - done, row * imageBytes + done);
    }
  } finally {
    decoder.close();
    if (output !== null) closeSync(output);
  }
}

function sumChannels(pixels: Uint8ClampedArray, sums: Float64Array): void {
  const channels = sums.length / 2;
  for (let channel = 0; channel < channels; channel++) {
    let [sum, squares] = [0, 0];
    for (let index = channel; index < pixels.length; index += channels) {
      const byte = pixels[index]!;
      sum += byte;
      squares += byte * byte;
    }
    sums[2 * channel] = sum;
    sums[2 * channel + 1] = squares;
  }
}
