import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { switches as switchesOf } from '../../../../main/trainer/tensorflow/system.ts';

const ENGINE = join(import.meta.dirname, '../../../../main/trainer/tensorflow/engine.ts');
const SYSTEM = join(import.meta.dirname, '../../../../main/trainer/tensorflow/system.ts');

/** What a program of its own prints: TensorFlow reads the environment once in a process. */
function run(program: string, environment: Record<string, string>): string {
  const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('TF_'));
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...Object.fromEntries(rest), ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const switches = `
  const { libc, prepareEnvironment } = await import(${JSON.stringify(SYSTEM)});
  prepareEnvironment();
  console.log(libc().getenv('TF_CPP_MIN_LOG_LEVEL'), libc().getenv('TF_ENABLE_ONEDNN_OPTS'));
`;

const convolution = `
  const { attribute, openEngine } = await import(${JSON.stringify(ENGINE)});
  const engine = openEngine({ device: 'cpu', threads: 1 });
  const x = engine.tf.ones([2, 8, 8, 16]);
  const attributes = [
    attribute.type('T', 'float32'),
    attribute.intList('strides', [1, 1, 1, 1]),
    attribute.string('padding', 'SAME'),
  ];
  engine.op('Conv2D', attributes, [x, engine.tf.ones([3, 3, 16, 16])], 1)[0].dataSync();
  engine.dispose();
`;

describe('TensorFlow’s switches', () => {
  it('are set where nobody has set them, and left where a person has', () => {
    const onednn = process.arch === 'x64' ? '1' : 'null';
    expect(run(switches, {}).trim()).toBe(`2 ${onednn}`);
    expect(run(switches, { TF_CPP_MIN_LOG_LEVEL: '0', TF_ENABLE_ONEDNN_OPTS: '0' }).trim()).toBe('0 0');
  });

  it('ask for the same bits each time where there may be a GPU, and only there', () => {
    expect(switchesOf(true)).toMatchObject({ TF_DETERMINISTIC_OPS: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'true' });
    expect(switchesOf(false)).not.toHaveProperty('TF_DETERMINISTIC_OPS');
  });

  it.runIf(process.arch === 'x64' && process.platform === 'linux')(
    'let oneDNN convolve on every x64 processor',
    () => {
      const verbose = { ONEDNN_VERBOSE: '1' };
      expect(run(convolution, verbose)).toMatch(/^onednn_verbose.*exec.*,convolution,/m);
    },
  );
});

const freeing = `
  const { readFileSync } = await import('node:fs');
  const { libc } = await import(${JSON.stringify(SYSTEM)});
  const { attribute, openEngine } = await import(${JSON.stringify(ENGINE)});
  const resident = () => Number(/VmRSS:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]) / 1024;
  const engine = openEngine({ device: 'cpu', threads: 1 });
  // Pieces too small to be mapped one by one, and one after them that lives on.
  const handles = Array.from({ length: 2000 }, () => engine.upload(new Float32Array(25_000), [25_000], 'float32'));
  handles.pop();
  for (const handle of handles) handle.release();
  const before = resident();
  engine.trim();
  console.log(before - resident());
  engine.dispose();
`;

describe('memory that was freed', () => {
  it.runIf(process.platform === 'linux')('is given back when asked', () => {
    // 200 MB were taken and freed; the rest is the collector's.
    expect(Number(run(freeing, {}))).toBeGreaterThan(100);
  });
});
