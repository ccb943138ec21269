import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOf, runLimited } from '../../bench/gpu/processes.ts';

const CHECK = join(import.meta.dirname, '../../bench/gpu/check.ts');
const node = (program: string, limitSeconds: number, onLine?: (line: string) => boolean) =>
  runLimited(process.execPath, ['--input-type=module', '-e', program], {
    limitSeconds,
    ...(onLine ? { onLine } : {}),
  });

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cascade-gpu-check-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe('a part of the check', () => {
  test('has its lines and its end', async () => {
    const ended = await node(
      `console.log('one'); console.log('two'); console.error('why'); process.exit(3)`,
      20,
    );
    expect(ended).toMatchObject({ code: 3, late: false, lines: ['one', 'two'] });
    expect(failureOf(ended)).toBe('why');
    expect(failureOf(await node('', 20))).toBeNull();
  });

  test('ends when its time is over, and what it has started ends with it', async () => {
    const grandchild = `
      import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const ended = await node(grandchild, 2);
    expect(ended).toMatchObject({ code: null, late: true });
    expect(failureOf(ended)).toMatch(/its time of \d+ s was over/);
    const gone = () => {
      const state = /^State:\s*(\w)/m.exec(statusOf(Number(ended.lines[0])));
      return state === null || state[1] === 'Z';
    };
    await expect.poll(gone).toBe(true);
  });

  test('is killed at a line, where it is asked to be', async () => {
    const lines = `let count = 0; setInterval(() => console.log(count++), 20);`;
    const ended = await node(lines, 20, (line) => line === '3');
    expect(ended).toMatchObject({ code: null, late: false });
    expect(ended.lines.slice(0, 4)).toEqual(['0', '1', '2', '3']);
  });
});

/** What Linux tells of a process; nothing where it is gone. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}

test('a part that fails stops no other, and what there is of the result is written', async () => {
  const out = folder();
  // A Python that is not there: no comparison can be made.
  const env = { ...process.env, CASCADE_PYTHON: join(out, 'python3') };
  const args = [
    CHECK,
    '--out',
    out,
    '--device',
    'cpu',
    '--quick',
    '--only',
    'steps-lenet',
    '--only',
    'undetermined-resnet',
  ];
  const ended = await runLimited(process.execPath, args, { env, limitSeconds: 60 });
  expect(ended.code).toBe(1);
  const [file] = readdirSync(out).filter((name) => name.endsWith('.json'));
  const result = JSON.parse(readFileSync(join(out, file!), 'utf8')) as {
    device: string;
    parts: { name: string; ok: boolean; why: string | null }[];
    measures: { name: string; value: number }[];
    leftOut: string[];
  };
  expect(result.device).toBe('cpu');
  expect(result.parts).toEqual([
    expect.objectContaining({ name: 'steps-lenet-300-100-batch-128', ok: false }),
    expect.objectContaining({ name: 'undetermined-resnet-20-batch-128', ok: true, why: null }),
  ]);
  expect(result.leftOut).toEqual([expect.stringMatching(/^steps-lenet-300-100-batch-128: .*python3/)]);
  expect(result.measures).toEqual([
    expect.objectContaining({
      name: 'undetermined-resnet-20-batch-128',
      value: expect.any(Number) as number,
    }),
  ]);
});

test('an unknown part or device is refused in words', async () => {
  const complaint = async (...args: string[]) =>
    (await runLimited(process.execPath, [CHECK, '--out', folder(), ...args], { limitSeconds: 30 })).complaint;
  expect(await complaint('--only', 'nothing')).toMatch(/no part 'nothing'; there are doctor, parity, resume/);
  expect(await complaint('--device', 'tpu')).toMatch(/gpu or cpu, not tpu/);
});
