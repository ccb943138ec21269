import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createReporter } from '../../scripts/lib/progress.mjs';
import { capture } from '../../scripts/lib/run.mjs';
import { temporaryFolder, until } from './helpers.mjs';

const module = JSON.stringify(new URL('../../scripts/lib/run.mjs', import.meta.url).href);

/**
 * A program that runs another in its place.
 * @param {string} code of the other
 */
const program = (code) => `
  import { passThrough } from ${module};
  process.exitCode = await passThrough(process.execPath, ['-e', ${JSON.stringify(code)}]);`;

/** @param {string} code */
function outer(code) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(code)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** @param {import('node:child_process').ChildProcess} child */
const exitCode = (child) => new Promise((settle) => child.once('close', settle));

test('the exit code comes back', async () => {
  expect(await exitCode(outer('process.exit(5)'))).toBe(5);
  expect(await exitCode(outer(`process.kill(process.pid, 'SIGKILL')`))).toBe(137);
});

test.each(/** @type {NodeJS.Signals[]} */ (['SIGTERM', 'SIGINT', 'SIGHUP']))(
  '%s goes on to the child',
  async (signal) => {
    const ready = join(temporaryFolder(), 'ready');
    const child = outer(`
    process.on('${signal}', () => process.exit(42));
    require('fs').writeFileSync(${JSON.stringify(ready)}, '');
    setTimeout(() => process.exit(1), 5000);`);
    const code = exitCode(child);
    await until(() => existsSync(ready));
    child.kill(signal);
    expect(await code).toBe(42);
  },
);

test('the child ends when npm has ended the shell that ran us', async () => {
  const folder = temporaryFolder();
  const [ready, ended] = [join(folder, 'ready'), join(folder, 'ended')];
  const code = `
    process.on('SIGTERM', () => { require('fs').writeFileSync(${JSON.stringify(ended)}, ''); process.exit(); });
    require('fs').writeFileSync(${JSON.stringify(ready)}, '');
    setTimeout(() => process.exit(1), 5000);`;
  const shell = spawn('sh', ['-c', '"$NODE" --input-type=module -e "$PROGRAM"; exit 0'], {
    env: { ...process.env, NODE: process.execPath, PROGRAM: program(code), npm_lifecycle_event: 'start' },
    stdio: 'ignore',
  });
  await until(() => existsSync(ready));
  shell.kill('SIGTERM');
  await until(() => existsSync(ended));
});

test('a captured command: its output, its absence, its time', async () => {
  expect(await capture('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toMatchObject({
    code: 3,
    stdout: 'out\n',
  });
  expect((await capture('/nowhere/command', [])).code).toBe(127);
  expect((await capture('sleep', ['60'], { timeoutMs: 100 })).code).toBe(124);
});

test('progress is one changing line on a terminal, and a line now and then in a log', () => {
  const told = (/** @type {boolean} */ isTTY) => {
    let text = '';
    const report = createReporter({
      isTTY,
      columns: 40,
      write: (/** @type {string} */ part) => (text += part),
    });
    report.progress('libtensorflow', 'downloading, 1 MB of 274 MB');
    report.progress('libtensorflow', 'downloading, 2 MB of 274 MB and so on and on');
    report.done('libtensorflow', 'downloaded');
    return text;
  };
  expect(told(false).split('\n')).toEqual([
    '  libtensorflow    downloading, 1 MB of 274 MB',
    '  libtensorflow    downloaded',
    '',
  ]);
  const lines = told(true).split('\r\x1b[2K');
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line.trimEnd().length).toBeLessThan(40);
});
