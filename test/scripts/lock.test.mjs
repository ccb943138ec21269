import { spawn } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withLock } from '../../scripts/lib/lock.mjs';
import { temporaryFolder, until } from './helpers.mjs';

const module = JSON.stringify(new URL('../../scripts/lib/lock.mjs', import.meta.url).href);

/** @param {string} code */
function process(code) {
  const child = spawn(globalThis.process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** @param {import('node:child_process').ChildProcess} child */
const ended = (child) => new Promise((settle) => child.once('close', settle));

test('of several processes, one works at a time', async () => {
  const folder = temporaryFolder();
  const [file, diary] = [join(folder, 'a.lock'), join(folder, 'diary')];
  const code = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as wait } from 'node:timers/promises';
    import { withLock } from ${module};
    await withLock(${JSON.stringify(file)}, async () => {
      appendFileSync(${JSON.stringify(diary)}, 'in ');
      await wait(30);
      appendFileSync(${JSON.stringify(diary)}, 'out ');
    });`;
  await Promise.all([1, 2, 3, 4].map(() => ended(process(code))));
  expect(readFileSync(diary, 'utf8')).toBe('in out '.repeat(4));
  expect(existsSync(file)).toBe(false);
});

test('the lock of a killed process is free', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  const holder = process(`
    import { withLock } from ${module};
    await withLock(${JSON.stringify(file)}, () => new Promise(() => setInterval(() => {}, 1000)));`);
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  let waited = '';
  const work = withLock(
    file,
    async () => 'done',
    (pid) => (waited = pid),
  );
  await until(() => waited === String(holder.pid));
  holder.kill('SIGKILL');
  await expect(work).resolves.toBe('done');
});

test('the lock of a killed process is held while its child still works', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  const child = process('setInterval(() => {}, 1000)');
  const holder = process(`
    import { withLock } from ${module};
    await withLock(${JSON.stringify(file)}, async (addChild) => {
      addChild(${child.pid});
      await new Promise(() => setInterval(() => {}, 1000));
    });`);
  await until(() => existsSync(file) && readFileSync(file, 'utf8').includes(`\n${child.pid}`));
  holder.kill('SIGKILL');
  await ended(holder);
  let free = false;
  const work = withLock(file, async () => (free = true));
  await new Promise((next) => setTimeout(next, 500));
  expect(free).toBe(false);
  child.kill('SIGKILL');
  await work;
});

test.runIf(globalThis.process.platform === 'linux')(
  'a number that another process has got since is no holder',
  async () => {
    const file = join(temporaryFolder(), 'a.lock');
    writeFileSync(file, `${globalThis.process.pid}@1\n`);
    await expect(withLock(file, async () => 'done')).resolves.toBe('done');
  },
);

test('it is given back when the work fails', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('a lock that was left empty is free soon, whatever the clock says', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  writeFileSync(file, '');
  const future = Date.now() / 1000 + 3600;
  utimesSync(file, future, future);
  const began = performance.now();
  await expect(withLock(file, async () => 'done')).resolves.toBe('done');
  expect(performance.now() - began).toBeLessThan(4000);
});
