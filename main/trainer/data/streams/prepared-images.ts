import { createHash } from 'node:crypto';
import { open, readFile, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { LoadWatcher } from '../dataset.ts';
import { badFile, LARGEST_FILE, PartReader, sizeOfFile, stampsOfFiles } from '../formats/files.ts';
import { cached, openCache } from './cache.ts';
import type { ImageFile } from './list-images.ts';
import type { ImageFiles } from './row-decoder.ts';
import { startImageThread } from './start-thread.ts';
import { DIGEST_BYTES, NEXT_ROW, type ImportFailure, type ImportTask } from './tasks.ts';

/** Changes when the same files would be prepared otherwise. */
const VERSION = 1;
/** How many bad files are named. */
const NAMED = 5;
const TELL = 1_000;
const UNWATCHED: LoadWatcher = { decoded: () => undefined, waits: () => undefined };

export interface Preparation {
  /** All files of all splits; their order is that of the rows. */
  images: readonly ImageFile[];
  files: ImageFiles;
  /** Whether pixels are kept, or files are only decoded to see that they can be. */
  keepPixels: boolean;
  cache: string | null;
  threads: number | null;
}

/** Rows decoded and looked at: what is known of each, and their pixels where they are kept. */
export interface PreparedImages {
  /** File with the pixels of all rows. */
  pixels: string | null;
  digests: Uint8Array;
  /** [row × channels × 2]: the sum of each channel's bytes, and that of their squares. */
  sums: Float64Array;
}

/**
 * Decodes every file of a folder once and keeps the result beside it; while the files are the same, it is found again.
 * Rejects with BAD_DATA_FILE, naming the files that cannot be used, and leaves nothing behind then.
 */
export async function prepareImages(
  preparation: Preparation,
  watch: LoadWatcher = UNWATCHED,
): Promise<PreparedImages> {
  const { images, files, keepPixels } = preparation;
  const { root, fit } = files;
  const stamps = await stampsOfFiles(images.map(({ path }) => join(root, path)));
  const cache = await openCache(root, preparation.cache);
  // A folder that holds its own cache may be moved with it.
  const owner = cache.startsWith(root) ? '' : root;
  const slot = `${digest([VERSION, owner, fit, keepPixels]).slice(0, 12)}-`;
  const name = slot + digest(images.map(({ path, label }, row) => [path, label, stamps[row]])).slice(0, 32);
  const folder = await cached(
    cache,
    { name, slot },
    (partial) => importInto(partial, preparation, watch),
    () => watch.waits(cache),
  );
  return readPrepared(folder, preparation);
}

const PIXELS = 'pixels.bin';
const ROWS = 'rows.bin';

async function importInto(folder: string, preparation: Preparation, watch: LoadWatcher): Promise<void> {
  const { images, files, keepPixels } = preparation;
  const { size, channels } = files.fit;
  const count = images.length;
  const bytes = count * size * size * channels;
  const pixels = keepPixels ? join(folder, PIXELS) : null;
  if (pixels !== null) {
    await checkRoom(folder, bytes);
    const handle = await open(pixels, 'w');
    await handle.truncate(bytes);
    await handle.close();
  }
  const task: ImportTask = {
    kind: 'import',
    files,
    count,
    pixels,
    words: new SharedArrayBuffer(8),
    digests: new SharedArrayBuffer(count * DIGEST_BYTES),
    sums: new SharedArrayBuffer(count * channels * 16),
  };
  const failures = await decodeAll(task, preparation.threads ?? availableParallelism(), watch);
  if (failures.length > 0) throw failureOf(failures, preparation);
  if (pixels !== null) await flush(pixels);
  const rows = Buffer.concat([new Uint8Array(task.digests), new Uint8Array(task.sums)]);
  await writeFile(join(folder, ROWS), rows, { flush: true });
}

/** Runs the threads to their end; rejects where one dies. */
async function decodeAll(task: ImportTask, threads: number, watch: LoadWatcher): Promise<ImportFailure[]> {
  const words = new Int32Array(task.words);
  const telling = setInterval(
    () => watch.decoded(Math.min(Atomics.load(words, NEXT_ROW), task.count), task.count),
    TELL,
  );
  const workers: Worker[] = [];
  try {
    const results = await Promise.all(
      Array.from({ length: Math.min(threads, task.count) }, () => {
        const worker = startImageThread(task);
        workers.push(worker);
        return new Promise<ImportFailure[]>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
          worker.once('exit', () => reject(new Error('A thread that decodes images ended early.')));
        });
      }),
    );
    watch.decoded(task.count, task.count);
    return results.flat().sort((one, other) => one.row - other.row);
  } finally {
    clearInterval(telling);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function failureOf(failures: readonly ImportFailure[], { images, files }: Preparation): Error {
  const [first, ...others] = failures;
  const names = others.slice(0, NAMED).map(({ row }) => images[row]!.path);
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  const rest = others.length === 0 ? '' : ` So are others: ${names.join(', ')}${more}.`;
  const file = join(files.root, images[first!.row]!.path);
  const prefix = `${file}: `;
  const { message } = first!;
  return badFile(file, (message.startsWith(prefix) ? message.slice(prefix.length) : message) + rest);
}

async function readPrepared(
  folder: string,
  { images, files, keepPixels }: Preparation,
): Promise<PreparedImages> {
  const { size, channels } = files.fit;
  const count = images.length;
  const rows = await readFile(join(folder, ROWS)).catch(() => new Uint8Array());
  const pixels = keepPixels ? join(folder, PIXELS) : null;
  const expected = count * (DIGEST_BYTES + channels * 16);
  const whole = pixels === null || (await sizeOfFile(pixels)) === count * size * size * channels;
  if (rows.length !== expected || !whole) throw damaged(folder);
  const own = new Uint8Array(rows);
  return {
    pixels,
    digests: own.subarray(0, count * DIGEST_BYTES),
    sums: new Float64Array(own.buffer, count * DIGEST_BYTES, count * channels * 2),
  };
}

/** Pixels of all rows, each compared with its digest. Rejects with BAD_DATA_FILE. */
export async function readPixels(file: string, digests: Uint8Array, imageBytes: number): Promise<Uint8Array> {
  const length = (digests.length / DIGEST_BYTES) * imageBytes;
  if (length > LARGEST_FILE) throw badFile(file, `has ${length} bytes, too many for the memory.`);
  const pixels = await PartReader.with(file, (reader) => reader.read(0, length));
  for (let row = 0; row * imageBytes < length; row++) {
    const found = createHash('sha256')
      .update(pixels.subarray(row * imageBytes, (row + 1) * imageBytes))
      .digest();
    if (found.compare(digests, row * DIGEST_BYTES, (row + 1) * DIGEST_BYTES) !== 0)
      throw damaged(dirname(file));
  }
  return pixels;
}

const damaged = (folder: string): Error =>
  badFile(folder, 'holds decoded images that are damaged: delete it, and they are decoded again.');

async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw badFile(
      folder,
      `${Math.ceil(bytes / 1e6)} MB of decoded images do not fit on its disk, which has ${Math.floor((bavail * bsize) / 1e6)} MB left: choose another folder (cache), a smaller size, or decode: every-epoch.`,
    );
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync();
  await handle.close();
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
