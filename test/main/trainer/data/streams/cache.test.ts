import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { contention } from '../../../../contention.ts';
import { FileLock } from '../../../../../main/locks/file-lock.ts';
import { cached } from '../../../../../main/trainer/data/streams/cache.ts';
import { temporaryFolder } from '../../../runs/fixtures.ts';

const SLOT = '0123456789ab-';
const NAME = `${SLOT}one`;
const module = (name: string): string =>
  JSON.stringify(new URL(`../../../../../main/${name}`, import.meta.url));

/** A process that fills the cache and never gets done, once it has begun. */
async function filling(cache: string): Promise<ChildProcess> {
  const code = `
    import { cached } from ${module('trainer/data/streams/cache.ts')};
    await cached(${JSON.stringify(cache)}, ${JSON.stringify({ name: NAME, slot: SLOT })}, async () => {
      process.stdout.write('begun');
      await new Promise(() => setInterval(() => {}, 1000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const fill = (folder: string): Promise<void> => writeFile(join(folder, 'rows'), 'filled');

test('what another fills is waited for with a word, and taken over at once when that one is killed', async () => {
  const cache = temporaryFolder();
  const child = await filling(cache);
  // A clock that was set back makes the signs of life of the other ones of the future.
  const future = Date.now() / 1000 + 3600;
  utimesSync(join(cache, `${NAME}.partial`), future, future);
  const told = Promise.withResolvers<void>();
  let words = 0;
  let filled = false;
  const waiting = cached(cache, { name: NAME, slot: SLOT }, fill, () => {
    words += 1;
    told.resolve();
  }).then(() => (filled = true));
  await told.promise;
  await new Promise((next) => setTimeout(next, 500));
  expect([filled, words]).toEqual([false, 1]);
  child.kill('SIGKILL');
  const began = performance.now();
  await waiting;
  expect((performance.now() - began) / contention()).toBeLessThan(5_000);
  expect(existsSync(join(cache, NAME, 'rows'))).toBe(true);
  expect(readdirSync(cache).sort()).toEqual([NAME, `lock-${SLOT}`]);
});

test('what is there is found without a word, and only what is of the slot is removed for it', async () => {
  const cache = temporaryFolder();
  for (const name of [
    `${SLOT}older`,
    `${SLOT}died.partial`,
    'ffffffffffff-other',
    'ffffffffffff-other.partial',
  ])
    mkdirSync(join(cache, name));
  writeFileSync(join(cache, 'notes.txt'), 'a person put this here');
  const words: string[] = [];
  const get = (): Promise<string> =>
    cached(cache, { name: NAME, slot: SLOT }, fill, () => void words.push('waits'));
  expect(await get()).toBe(join(cache, NAME));
  expect(readdirSync(cache).sort()).toEqual(
    [NAME, 'ffffffffffff-other', 'ffffffffffff-other.partial', `lock-${SLOT}`, 'notes.txt'].sort(),
  );
  await Promise.all([get(), get()]);
  expect(words).toEqual([]);
});

test('a lock is refused to other threads of the process, and ends with the thread that took it', async () => {
  const file = join(temporaryFolder(), 'a lock');
  const code = `
    const { FileLock } = await import(${module('locks/file-lock.ts')});
    globalThis.lock = FileLock.tryTake(${JSON.stringify(file)});
    require('node:worker_threads').parentPort.postMessage(globalThis.lock !== null);
    setInterval(() => {}, 1000);`;
  const worker = new Worker(`(async () => {${code}})()`, { eval: true });
  onTestFinished(() => void worker.terminate());
  expect(await once(worker, 'message')).toEqual([true]);
  expect(FileLock.tryTake(file)).toBeNull();
  await worker.terminate();
  const lock = FileLock.tryTake(file);
  expect(lock).not.toBeNull();
  expect(FileLock.tryTake(file)).toBeNull();
  lock!.release();
  const again = FileLock.tryTake(file);
  expect(again).not.toBeNull();
  again!.release();
});
